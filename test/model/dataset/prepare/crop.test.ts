import { describe, expect, it } from 'vitest';
import { cropBox, formatCrop, parseCrop } from '../../../../model/dataset/prepare/crop.ts';

const size = { width: 100, height: 60 };

describe('a crop', () => {
  it('is read from and written to the same text', () => {
    for (const text of ['none', 'center', 'box', '10,20,30,40']) expect(formatCrop(parseCrop(text))).toBe(text);
  });

  it.each(['', 'middle', '1,2,3', '1,2,0,4', '-1,2,3,4', '1,2,3,4,5', '1.5,2,3,4'])('cannot be "%s"', (text) => {
    expect(() => parseCrop(text)).toThrow('A crop is none, center, box or LEFT,TOP,WIDTH,HEIGHT');
  });

  it('keeps all of a picture, its middle square, or the box that belongs to it', () => {
    const box = { left: 5, top: 6, width: 20, height: 10 };
    expect(cropBox('none', size, box)).toEqual({ left: 0, top: 0, width: 100, height: 60 });
    expect(cropBox('center', size, box)).toEqual({ left: 20, top: 0, width: 60, height: 60 });
    expect(cropBox('box', size, box)).toEqual(box);
    expect(cropBox({ left: 1, top: 2, width: 3, height: 4 }, size, box)).toEqual({
      left: 1,
      top: 2,
      width: 3,
      height: 4,
    });
  });

  it('cuts a box that reaches over the edge to what is inside', () => {
    expect(cropBox('box', size, { left: -5, top: 50, width: 20, height: 50 })).toEqual({
      left: 0,
      top: 50,
      width: 15,
      height: 10,
    });
  });

  it('refuses a picture whose box lies outside of it, or that has none', () => {
    expect(() => cropBox('box', size, { left: 100, top: 0, width: 9, height: 9 })).toThrow(
      'its box 100,0,9,9 lies outside of its 100 by 60 pixels',
    );
    expect(() => cropBox('box', size, undefined)).toThrow('there is no box for it');
  });
});

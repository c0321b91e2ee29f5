import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Picture, scaleUp, sheet } from '../../model/image.ts';
import { anyImage, bytesOf } from '../support/any-image.ts';

/** Four pixels: red and green over blue and white. */
const square: Picture = { pixels: bytesOf('ff0000 00ff00 0000ff ffffff'), width: 2, height: 2 };

describe('scaleUp', () => {
  it('repeats each pixel to a square with sharp edges', () => {
    expect(rowsOf(scaleUp(square, 3))).toEqual([
      ...Array(3).fill('ff0000 ff0000 ff0000 00ff00 00ff00 00ff00'),
      ...Array(3).fill('0000ff 0000ff 0000ff ffffff ffffff ffffff'),
    ]);
  });

  it('agrees with nearest-neighbour enlarging by libvips', async () => {
    await fc.assert(
      fc.asyncProperty(anyImage, fc.integer({ min: 1, max: 9 }), async (picture, factor) => {
        const { width, height } = picture;
        const enlarged = await sharp(picture.pixels, { raw: { width, height, channels: 3 } })
          .resize(width * factor, height * factor, { kernel: 'nearest' })
          .raw()
          .toBuffer();
        const scaled = scaleUp(picture, factor);
        expect([scaled.width, scaled.height]).toEqual([width * factor, height * factor]);
        expect(enlarged.equals(scaled.pixels)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('sheet', () => {
  const cars = bytesOf('111111 222222 333333');

  it('sets cars row by row and leaves the places without one white', () => {
    expect(rowsOf(sheet(cars, 1, { columns: 2 }))).toEqual(['111111 222222', '333333 ffffff']);
  });

  it('enlarges each car and keeps a white gap between them, none around them', () => {
    expect(rowsOf(sheet(cars, 1, { columns: 2, scale: 2, gap: 1 }))).toEqual([
      ...Array(2).fill('111111 111111 ffffff 222222 222222'),
      'ffffff ffffff ffffff ffffff ffffff',
      ...Array(2).fill('333333 333333 ffffff ffffff ffffff'),
    ]);
  });

  it('keeps the rows of each car together', () => {
    const two = Uint8Array.of(...square.pixels, ...square.pixels);
    expect(rowsOf(sheet(two, 2, { columns: 2 }))).toEqual([
      'ff0000 00ff00 ff0000 00ff00',
      '0000ff ffffff 0000ff ffffff',
    ]);
  });
});

/** Each row as the hexadecimal colours of its pixels. */
function rowsOf({ pixels, width, height }: Picture): string[] {
  expect(pixels).toHaveLength(width * height * 3);
  return Array.from({ length: height }, (_, y) => {
    const row = Buffer.from(pixels.subarray(y * width * 3, (y + 1) * width * 3)).toString('hex');
    return row.match(/.{6}/g)?.join(' ') ?? '';
  });
}

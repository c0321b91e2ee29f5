import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJpegHeader } from '../../../../model/dataset/prepare/jpeg-header.ts';
import { plain } from '../../../support/pictures.ts';

describe('readJpegHeader', () => {
  it('reads size, components, orientation and whether there is a profile', async () => {
    expect(readJpegHeader(await plain('red', 30, 20).jpeg().toBuffer())).toEqual({
      width: 30,
      height: 20,
      components: 3,
      orientation: 1,
      profiled: false,
    });
    const turned = plain('red', 30, 20).withMetadata({ orientation: 8 }).withIccProfile('srgb');
    expect(readJpegHeader(await turned.jpeg({ progressive: true }).toBuffer())).toMatchObject({
      width: 30,
      height: 20,
      orientation: 8,
      profiled: true,
    });
    expect(readJpegHeader(await plain('red').toColourspace('cmyk').jpeg().toBuffer())?.components).toBe(4);
    expect(readJpegHeader(await plain('red').toColourspace('b-w').jpeg().toBuffer())?.components).toBe(1);
  });

  it('says nothing of what is no JPEG', async () => {
    expect(readJpegHeader(new Uint8Array())).toBeUndefined();
    expect(readJpegHeader(await plain('red').png().toBuffer())).toBeUndefined();
  });

  it('takes whatever happens to a file without failing', async () => {
    const jpeg = await plain('red').withMetadata({ orientation: 3 }).jpeg().toBuffer();
    fc.assert(
      fc.property(fc.nat(jpeg.length), fc.nat(jpeg.length), fc.uint8Array({ maxLength: 40 }), (length, at, bytes) => {
        const damaged = Uint8Array.from(jpeg);
        damaged.set(bytes.subarray(0, Math.max(0, damaged.length - at)), Math.min(at, damaged.length));
        expect(() => readJpegHeader(damaged.subarray(0, length))).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});

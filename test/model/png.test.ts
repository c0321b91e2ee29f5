import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Picture, scaleUp } from '../../model/image.ts';
import { encodePng, pngSteps } from '../../model/png.ts';
import { randomFromSeed } from '../../model/random.ts';
import { anyImage, bytesOf } from '../support/any-image.ts';

/** Four pixels: red and green over blue and white. */
const square: Picture = { pixels: bytesOf('ff0000 00ff00 0000ff ffffff'), width: 2, height: 2 };

/** Pixels that nothing can compress. */
function noise(width: number, height: number): Picture {
  const random = randomFromSeed(7);
  return { pixels: Uint8Array.from({ length: width * height * 3 }, () => 256 * random.uniform()), width, height };
}

async function decoded(png: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { pixels: data, width: info.width, height: info.height };
}

describe('encodePng', () => {
  it('writes what libpng reads back to the byte, as 8-bit RGB', async () => {
    await fc.assert(
      fc.asyncProperty(anyImage, async (picture) => {
        const png = encodePng(picture);
        // The header: bit depth 8, colour type 2 (RGB), no interlacing.
        expect([...png.subarray(24, 29)]).toEqual([8, 2, 0, 0, 0]);
        const { pixels, ...size } = await decoded(png);
        expect(size).toEqual({ width: picture.width, height: picture.height });
        expect(Buffer.from(picture.pixels).equals(pixels)).toBe(true);
      }),
    );
  });

  it('enlarges to what libvips and the pixels themselves are enlarged to', async () => {
    await fc.assert(
      fc.asyncProperty(anyImage, fc.integer({ min: 2, max: 17 }), async (picture, scale) => {
        const { pixels, width, height } = await decoded(encodePng(picture, { scale }));
        const enlarged = scaleUp(picture, scale);
        expect([width, height]).toEqual([enlarged.width, enlarged.height]);
        expect(Buffer.from(enlarged.pixels).equals(pixels)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('takes no more bytes for an enlarged image than filtering every pixel of it would', () => {
    const { pixels, width, height } = scaleUp(noise(32, 32), 16);
    const every = PNG.sync.write(Object.assign(new PNG({ width, height }), { data: Buffer.from(pixels) }), {
      colorType: 2,
      inputColorType: 2,
      inputHasAlpha: false,
      filterType: 4,
      deflateStrategy: 3,
      deflateLevel: 1,
    });
    expect(encodePng(noise(32, 32), { scale: 16 }).length).toBeLessThanOrEqual(every.length * 1.01);
  });

  it('reads only the pixels that it is given of a larger buffer', async () => {
    const two = bytesOf('aaaaaa bbbbbb cccccc dddddd');
    const png = encodePng({ pixels: two.subarray(3, 9), width: 2, height: 1 });
    expect(Buffer.from((await decoded(png)).pixels).toString('hex')).toBe('bbbbbbcccccc');
  });

  it('gives the same bytes for the same pixels, and leaves the pixels alone', () => {
    const pixels = square.pixels.slice();
    expect(encodePng({ ...square, pixels })).toEqual(encodePng(square));
    expect(pixels).toEqual(square.pixels);
  });
});

describe('pngSteps', () => {
  const stepsOf = (picture: Picture, scale = 1) => {
    const steps = pngSteps(picture, { scale });
    for (let count = 1; ; count++) {
      const { done, value } = steps.next();
      if (done) return { count, png: value };
    }
  };

  it('takes one step for a car at any size, and one for each 64 kB of a sheet’s pixels', async () => {
    expect(stepsOf(noise(32, 32)).count).toBe(1);
    expect(stepsOf(noise(32, 32), 16).count).toBe(1);
    // 21 rows of 3,072 bytes.
    expect(stepsOf(noise(1024, 100)).count).toBe(5);
  });

  it('writes one whole zlib stream, its checksum too, that every reader takes', async () => {
    for (const picture of [noise(1024, 100), { ...noise(1, 1), pixels: new Uint8Array(3) }]) {
      const { png } = stepsOf(picture);
      const back = PNG.sync.read(Buffer.from(png), { checkCRC: true });
      expect(back).toMatchObject({ width: picture.width, height: picture.height });
      expect(Buffer.from(picture.pixels).equals((await decoded(png)).pixels)).toBe(true);
      const length = Buffer.from(png).readUInt32BE(33);
      // Node's zlib compares the checksum at the end.
      expect(inflateSync(png.subarray(41, 41 + length))).toHaveLength((1 + picture.width * 3) * picture.height);
    }
  });
});

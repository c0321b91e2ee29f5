import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { differenceHash, hashDistance } from '../../../../model/dataset/duplicates/difference-hash.ts';
import { nearDistance } from '../../../../model/dataset/duplicates/duplicates.ts';
import { resizeByArea } from '../../../../model/dataset/resize.ts';
import { wavyPixels } from '../../../support/pictures.ts';

describe('differenceHash', () => {
  it('sets the bits that NumPy sets', () => {
    // 272 pixels each way, so that each of 17 by 16 areas has one shade: (37 x + 91 y) 53 mod 256.
    const pixels = new Uint8Array(272 * 272 * 3);
    for (let at = 0; at < 272 * 272; at++) {
      const [x, y] = [Math.floor((at % 272) / 16), Math.floor(at / 272 / 17)];
      pixels.fill(((x * 37 + y * 91) * 53) % 256, at * 3, at * 3 + 3);
    }
    expect([...differenceHash(pixels, 272)].map((word) => word.toString(16))).toEqual([
      '49244925',
      '24922494',
      '92499252',
      '49244949',
      '24922524',
      '92499492',
      '49245249',
      '24924924',
    ]);
  });

  it('weighs colours by their brightness', () => {
    // Columns of pure green, red and blue: from each to the next it grows darker, and brighter from blue to green.
    const colors = [0x00ff00, 0xff0000, 0x0000ff];
    const pixels = Uint8Array.from({ length: 17 * 17 * 3 }, (_, at) => {
      const color = colors[(Math.floor(at / 3) % 17) % 3] as number;
      return (color >> (16 - 8 * (at % 3))) & 255;
    });
    const row = 0b0100_1001_0010_0100;
    expect([...differenceHash(pixels, 17)]).toEqual(Array(8).fill(row * 0x1_0001));
  });

  it('stays close when a picture is made smaller, brighter or compressed, and is far from others', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const large = wavyPixels(seed, 200);
      const image = () => sharp(large, { raw: { width: 200, height: 200, channels: 3 } });
      const hash = hashOf(large, 200);
      const compressed = await sharp(await image().jpeg({ quality: 40 }).toBuffer())
        .raw()
        .toBuffer();
      const small = await image().resize(90, 90).raw().toBuffer();
      const bright = large.map((value) => Math.min(255, value * 1.1));
      expect(hashDistance(hash, 0, hashOf(compressed, 200), 0)).toBeLessThanOrEqual(nearDistance);
      expect(hashDistance(hash, 0, hashOf(small, 90), 0)).toBeLessThanOrEqual(nearDistance);
      expect(hashDistance(hash, 0, hashOf(bright, 200), 0)).toBeLessThanOrEqual(nearDistance);
      expect(hashDistance(hash, 0, hashOf(wavyPixels(seed + 1, 200), 200), 0)).toBeGreaterThan(nearDistance);
    }
  });
});

describe('hashDistance', () => {
  it('counts the bits that differ', () => {
    const words = fc.array(fc.nat(0xffff_ffff), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(words, (drawn) => {
        const hashes = Uint32Array.from(drawn);
        const differing = [...hashes.subarray(0, 8)].map((word, at) =>
          (BigInt(word) ^ BigInt(hashes[8 + at] ?? 0)).toString(2),
        );
        expect(hashDistance(hashes, 0, hashes, 1)).toBe(differing.join('').replaceAll('0', '').length);
      }),
    );
  });
});

function hashOf(pixels: Uint8Array, size: number): Uint32Array {
  return differenceHash(resizeByArea({ pixels, width: size, height: size }, 32, 32), 32);
}

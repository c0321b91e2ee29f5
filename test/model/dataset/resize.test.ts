import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeByArea } from '../../../model/dataset/resize.ts';
import type { Picture } from '../../../model/image.ts';
import { exactAreaMeans } from './exact-area-means.ts';

/** 7 by 5 pixels that NumPy makes by `(arange(105) * 53 % 256).reshape(5, 7, 3)`. */
const formula = { pixels: Uint8Array.from({ length: 105 }, (_, at) => (at * 53) % 256), width: 7, height: 5 };

describe('resizeByArea', () => {
  it('gives the exact means that Python works out in fractions', () => {
    expect([...resizeByArea(formula, 3, 2)]).toEqual([
      126, 128, 101, 139, 104, 128, 107, 123, 133, 91, 137, 109, 147, 113, 136, 116, 132, 141,
    ]);
    expect([...resizeByArea(formula, 8, 8).subarray(0, 24)]).toEqual([
      0, 53, 106, 136, 189, 23, 90, 143, 123, 153, 60, 113, 179, 86, 139, 96, 149, 202, 50, 103, 119, 186, 239, 36,
    ]);
  });

  it('agrees with means in whole numbers without end, for any size and any part of a picture', () => {
    const sides = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.nat(), fc.nat(), fc.infiniteStream(fc.nat(255)), (...drawn) => {
        const [width, height, toWidth, toHeight, a, b, bytes] = drawn;
        const [left, top] = [a % width, b % height];
        const box = { left, top, width: width - left, height: height - top };
        const pixels = Uint8Array.from(bytes.take(width * height * 3));
        const picture = { pixels, width, height };
        expect(resizeByArea(picture, toWidth, toHeight, box)).toEqual(exactAreaMeans(picture, toWidth, toHeight, box));
      }),
    );
  });

  it('agrees with them when it halves a part of a picture', () => {
    const [width, height] = [21, 15];
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * at * 31) % 251);
    const box = { left: 3, top: 1, width: 14, height: 12 };
    const picture = { pixels, width, height };
    expect(resizeByArea(picture, 7, 6, box)).toEqual(exactAreaMeans(picture, 7, 6, box));
  });

  it('takes a picture that was shrunk on the way in for one of large pixels', () => {
    const sides = fc.integer({ min: 1, max: 12 });
    const factors = fc.constantFrom(2, 4, 8);
    fc.assert(
      fc.property(sides, sides, sides, sides, factors, fc.nat(), fc.nat(), (...drawn) => {
        const [width, height, toWidth, toHeight, shrunk, a, b] = drawn;
        const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => ((at + a) * (at + b)) % 256);
        const large = enlarged({ pixels, width, height }, shrunk);
        const [left, top] = [a % large.width, b % large.height];
        const box = { left, top, width: large.width - left, height: large.height - top };
        const shrunken = resizeByArea({ pixels, width, height, shrunk }, toWidth, toHeight, box);
        expect(shrunken).toEqual(exactAreaMeans(large, toWidth, toHeight, box));
      }),
    );
  });

  it('rounds halves up, also where whole blocks are averaged', () => {
    const two = Uint8Array.of(0, 1, 254, 1, 2, 255);
    expect([...resizeByArea({ pixels: two, width: 2, height: 1 }, 1, 1)]).toEqual([1, 2, 255]);
    expect([...resizeByArea({ pixels: two, width: 2, height: 1, shrunk: 2 }, 1, 1)]).toEqual([1, 2, 255]);
  });

  it('counts boxes in pixels of the original when the picture was shrunk on the way in', () => {
    // Two pixels that stand for four by two; the box takes the right half of the first and all of the second.
    const picture = { pixels: Uint8Array.of(30, 30, 30, 90, 90, 90), width: 2, height: 1, shrunk: 2 };
    const box = { left: 1, top: 0, width: 3, height: 2 };
    expect([...resizeByArea(picture, 1, 1, box)]).toEqual([70, 70, 70]);
  });

  it('keeps white white in a picture of many millions of pixels', () => {
    const [width, height] = [20_000, 60];
    const pixels = new Uint8Array(width * height * 3).fill(255);
    expect(resizeByArea({ pixels, width, height }, 32, 32).every((value) => value === 255)).toBe(true);
  });
});

/** Each pixel `factor` times each way. */
function enlarged({ pixels, width, height }: Picture, factor: number): Picture {
  const across = width * factor;
  const large = Uint8Array.from({ length: pixels.length * factor * factor }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % across, Math.floor(at / 3 / across)];
    return pixels[(Math.floor(y / factor) * width + Math.floor(x / factor)) * 3 + (at % 3)] as number;
  });
  return { pixels: large, width: across, height: height * factor };
}

import type { Picture } from '../image.ts';

/**
 * Resizes to `width` by `height` by exact area averaging: each new pixel is the mean of the area that it covers, with
 * the edges weighed by how much of them is covered. Growing repeats pixels, blended where a new one straddles two.
 *
 * libvips, behind sharp, has no such filter: its kernels reach beyond the covered area and blur or ring at this size.
 */
export function resizeByArea(picture: Picture, width: number, height: number): Uint8Array {
  const columns = coverage(picture.width, width);
  const rows = coverage(picture.height, height);
  const narrowed = new Float32Array(picture.height * width * 3);
  for (let y = 0, at = 0; y < picture.height; y++)
    for (const { first, shares } of columns)
      for (let channel = 0; channel < 3; channel++) {
        const start = (y * picture.width + first) * 3 + channel;
        narrowed[at++] = weigh(picture.pixels, start, 3, shares);
      }
  const resized = new Uint8Array(width * height * 3);
  const stride = width * 3;
  rows.forEach(({ first, shares }, y) => {
    for (let at = 0; at < stride; at++)
      resized[y * stride + at] = Math.round(weigh(narrowed, first * stride + at, stride, shares));
  });
  return resized;
}

/** The old places that one new place covers: `shares` of `first`, `first + 1`, ... which add up to 1. */
interface Coverage {
  readonly first: number;
  readonly shares: readonly number[];
}

function coverage(from: number, to: number): Coverage[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, place) => {
    const start = place * scale;
    const end = Math.min(from, start + scale);
    const first = Math.floor(start);
    // A sliver thinner than this is rounding error, not coverage.
    const last = Math.max(first, Math.ceil(end - 1e-9) - 1);
    const shares = Array.from({ length: last - first + 1 }, (_, offset) => {
      const left = Math.max(start, first + offset);
      const right = Math.min(end, first + offset + 1);
      return (right - left) / scale;
    });
    return { first, shares };
  });
}

function weigh(values: ArrayLike<number>, start: number, stride: number, shares: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < shares.length; index++)
    sum += (values[start + index * stride] as number) * (shares[index] as number);
  return sum;
}

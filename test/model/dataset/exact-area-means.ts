import type { DecodedPicture } from '../../../model/dataset/resize.ts';
import type { Box } from '../../../model/dataset/sources/source.ts';

/** Area averages the slow way: each pixel of the box is cut into `width * height` equal ones, and those are counted. */
export function exactAreaMeans(picture: DecodedPicture, width: number, height: number, box: Box): Uint8Array {
  const means = new Uint8Array(width * height * 3);
  const total = BigInt(box.width * box.height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0n;
        for (let row = y * box.height; row < (y + 1) * box.height; row++)
          for (let column = x * box.width; column < (x + 1) * box.width; column++) {
            const at = (box.top + Math.floor(row / height)) * picture.width + box.left + Math.floor(column / width);
            sum += BigInt(picture.pixels[at * 3 + channel] as number);
          }
        means[(y * width + x) * 3 + channel] = Number((2n * sum + total) / (2n * total));
      }
  return means;
}

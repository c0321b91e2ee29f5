import type { Dataset } from '../dataset/read-dataset.ts';
import { resizeByArea } from '../dataset/resize.ts';
import { mirrorRows, sheet } from '../image.ts';
import { encodePng } from '../png.ts';
import type { Pair } from './copying.ts';

/**
 * The pairs as a PNG, four in a row: a car, and right of it the training picture nearest to it, mirrored where its mirror
 * image is meant. Training pictures of another size are brought to that of the cars.
 *
 * @param training the pictures that the pairs name by their rows; behind the last one come the mirror images of all.
 */
export function closestPairs(
  cars: Uint8Array,
  imageSize: number,
  training: Pick<Dataset, 'images' | 'imageSize' | 'count'>,
  pairs: readonly Pair[],
): Uint8Array {
  const bytes = imageSize * imageSize * 3;
  const trainingBytes = training.imageSize ** 2 * 3;
  const pictures = new Uint8Array(pairs.length * 2 * bytes);
  pairs.forEach(({ car, training: row }, at) => {
    const { images, imageSize: size, count } = training;
    const start = (row % count) * trainingBytes;
    const plain = images.subarray(start, start + trainingBytes);
    const pixels = row < count ? plain : mirrorRows(plain, size);
    pictures.set(cars.subarray(car * bytes, (car + 1) * bytes), 2 * at * bytes);
    pictures.set(resizeByArea({ pixels, width: size, height: size }, imageSize, imageSize), (2 * at + 1) * bytes);
  });
  return encodePng(sheet(pictures, imageSize, { columns: 8, scale: Math.max(1, Math.round(96 / imageSize)), gap: 4 }));
}

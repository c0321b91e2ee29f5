import type { Dataset } from '../dataset/read-dataset.ts';
import { resizeByArea } from '../dataset/resize.ts';
import { encodePng, mirrorRows, sheet } from '../image.ts';
import type { Pair } from './copying.ts';

/** All pictures, and behind them their mirror images. */
export function mirrored({ images, imageSize }: Pick<Dataset, 'images' | 'imageSize'>): Uint8Array {
  const both = new Uint8Array(2 * images.length);
  both.set(images);
  both.set(mirrorRows(images, imageSize), images.length);
  return both;
}

/**
 * The pairs as a PNG, four in a row: a car, and right of it the training picture nearest to it, mirrored where its mirror
 * image is meant. Training pictures of another size are brought to that of the cars.
 *
 * @param training the pictures whose doubled rows, as `mirrored` gives them, the pairs name.
 */
export function closestPairs(
  cars: Uint8Array,
  imageSize: number,
  training: Pick<Dataset, 'images' | 'imageSize'>,
  pairs: readonly Pair[],
): Uint8Array {
  const bytes = imageSize * imageSize * 3;
  const trainingBytes = training.imageSize ** 2 * 3;
  const both = mirrored(training);
  const pictures = new Uint8Array(pairs.length * 2 * bytes);
  pairs.forEach(({ car, training: row }, at) => {
    const pixels = both.subarray(row * trainingBytes, (row + 1) * trainingBytes);
    const { imageSize: size } = training;
    pictures.set(cars.subarray(car * bytes, (car + 1) * bytes), 2 * at * bytes);
    pictures.set(resizeByArea({ pixels, width: size, height: size }, imageSize, imageSize), (2 * at + 1) * bytes);
  });
  return encodePng(sheet(pictures, imageSize, { columns: 8, scale: Math.max(1, Math.round(96 / imageSize)), gap: 4 }));
}

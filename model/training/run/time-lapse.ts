import { PNG } from 'pngjs';
import { encodeApng } from '../../apng.ts';
import { trainableSizes } from '../../architecture/dcgan.ts';
import { sampleScale } from '../../bundle/samples.ts';
import { FreshcarError } from '../../errors.ts';
import { type Picture, scaleUp, sheet } from '../../image.ts';

/** Cars each way that a frame shows: the first ones of the sheet. */
const shown = 4;
/** Cars each way of a sheet. */
const columns = 8;
const frames = 40;

/** The first cars of a run's sheets, one sheet a frame, as an animated PNG. */
export function timeLapse(sheets: readonly Uint8Array[]): Uint8Array {
  return encodeApng(spread(sheets, frames).map(cornerOf), { delay: 250 });
}

/** Whether a PNG can be decoded: one that a full disk or a sync cut off, or that is none at all, cannot. */
export function isWholePng(png: Uint8Array): boolean {
  try {
    PNG.sync.read(Buffer.from(png));
    return true;
  } catch {
    return false;
  }
}

function cornerOf(png: Uint8Array): Picture {
  const { data, width: sheetWidth } = PNG.sync.read(Buffer.from(png));
  // Between two cars there are two pixels, and none behind the last.
  const side = ((sheetWidth + 2) / columns) * shown - 2;
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let channel = 0; channel < 3; channel++) pixels[at++] = data[(y * sheetWidth + x) * 4 + channel] as number;
  return { pixels, width: side, height: side };
}

/** At most `count` of `values`, evenly spread, with the first and the last. */
export function spread<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, at) => values[Math.round((at * (values.length - 1)) / (count - 1))] as T);
}

/** Rows, and cars in each, of the picture that a bundle has: small, since it is sent to people who only look. */
const [rows, carsInRow] = [6, 6];

/**
 * How a model learnt, in one picture that does not move: the first cars of sheets from its whole training, a row each, the earliest on top. Cars
 * of a stage with smaller pictures are enlarged.
 *
 * @param sheets In the order in which they were drawn, of one run or of several that went on from each other.
 */
export function learningRows(sheets: readonly Uint8Array[]): Picture {
  const drawn = spread(sheets, rows).map(carsOf);
  const size = Math.max(...drawn.map((cars) => cars[0]?.width ?? 0));
  const all = drawn.flat().map((car) => scaleUp(car, size / car.width).pixels);
  return sheet(Buffer.concat(all), size, { columns: carsInRow, gap: 2 });
}

/** The first cars of a sheet, in the pixels that they were drawn in. */
function carsOf(png: Uint8Array): Picture[] {
  const { data, width: sheetWidth } = PNG.sync.read(Buffer.from(png));
  const cell = (sheetWidth + 2) / columns;
  const size = trainableSizes.find((one) => one * sampleScale(one) + 2 === cell);
  if (size === undefined) throw new FreshcarError('invalid-input', 'A sheet of this run is none that freshcar draws.');
  const scale = sampleScale(size);
  return Array.from({ length: carsInRow }, (_, car) => {
    const pixels = new Uint8Array(size * size * 3);
    for (let at = 0; at < pixels.length; at++) {
      const [x, y] = [Math.floor(at / 3) % size, Math.floor(at / 3 / size)];
      pixels[at] = data[(y * scale * sheetWidth + car * cell + x * scale) * 4 + (at % 3)] ?? 0;
    }
    return { pixels, width: size, height: size };
  });
}

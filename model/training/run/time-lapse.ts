import { PNG } from 'pngjs';
import { encodeApng } from '../../apng.ts';
import type { Picture } from '../../image.ts';

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

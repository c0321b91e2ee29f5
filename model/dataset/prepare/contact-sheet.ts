import { open } from 'node:fs/promises';
import { sheet } from '../../image.ts';
import { allSteps, compressedSteps, headerChunk, joinChunks } from '../../png.ts';
import { npyHeaderBytes } from '../npy.ts';
import { sheetMark } from '../own-files.ts';

/** The sheet is about this many pixels wide, and has at most that many pictures in a row. */
const sheetWidth = 1024;
const mostColumns = 16;
const leastColumns = 4;
const gap = 2;

/** Draws a PNG of pictures spread evenly over a packed dataset: up to 16 rows of 16, fewer where they are large. */
export async function drawContactSheet(
  npyPath: string,
  { count, imageSize }: { readonly count: number; readonly imageSize: number },
): Promise<Uint8Array> {
  const scale = Math.max(1, Math.floor(sheetWidth / mostColumns / imageSize));
  const fitting = Math.floor(sheetWidth / (imageSize * scale));
  const columns = Math.max(leastColumns, Math.min(mostColumns, fitting, Math.ceil(Math.sqrt(count))));
  const shown = Math.min(count, columns * columns);
  const bytes = imageSize * imageSize * 3;
  const pictures = new Uint8Array(shown * bytes);
  const file = await open(npyPath);
  try {
    for (let index = 0; index < shown; index++) {
      const picture = Math.floor((index * count) / shown);
      await file.read(pictures, index * bytes, bytes, npyHeaderBytes + picture * bytes);
    }
  } finally {
    await file.close();
  }
  const picture = sheet(pictures, imageSize, { columns, scale, gap });
  const pixels = { type: 'IDAT', data: allSteps(compressedSteps(picture)) };
  return joinChunks([headerChunk(picture), sheetMark, pixels]);
}

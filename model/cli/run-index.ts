import { addBundleFile } from '../bundle/add-file.ts';
import { requireBundle } from '../bundle/write-scores.ts';
import { readDataset } from '../dataset/read-dataset.ts';
import { resizeByArea } from '../dataset/resize.ts';
import { openExtractor } from '../evaluation/extractor.ts';
import { pictureOf } from '../image.ts';
import { buildIndex } from '../likeness/build-index.ts';
import { encodeIndex, indexName } from '../likeness/car-index.ts';
import { countFoundAgain, measureOutside } from '../likeness/measure-index.ts';
import { readIndex } from '../likeness/read-index.ts';
import { type OpenedModel, openModel } from '../open-model.ts';
import { shippedFeatures } from '../store/shipped.ts';
import type { Terminal } from '../terminal.ts';

export interface IndexFlags {
  readonly cars: number;
  readonly measure?: string;
  readonly features?: string;
  readonly photographs: number;
  readonly rounds: number;
}

export async function runIndex(bundle: string, flags: IndexFlags, terminal: Terminal): Promise<void> {
  const { measure, cars } = flags;
  // Before the minutes that the drawing takes.
  if (measure === undefined) await requireBundle(bundle);
  const opened = await openModel(bundle, 'onnx', (message) => terminal.err.write(`warning: ${message}\n`));
  try {
    if (measure !== undefined) return await measureIndex(opened, measure, flags, terminal);
    const index = await buildIndex(opened.engine, cars, progress(terminal, cars, 'cars'));
    const bytes = encodeIndex(index);
    await addBundleFile(bundle, opened.manifest, indexName, bytes);
    terminal.out.write(
      `${cars} cars of model ${opened.manifest.version} in ${bundle}/${indexName}, ${bytes.length} bytes\n`,
    );
  } finally {
    await opened.engine.dispose();
  }
}

/** Cars that are searched for again, of those in the index. */
const searchedAgain = 100;
/** Random cars that found ones are held against, and the children of each round of refining. */
const [random, children] = [1000, 24];

async function measureIndex(
  { engine, source, manifest }: OpenedModel,
  data: string,
  { features = shippedFeatures(), photographs, rounds }: IndexFlags,
  terminal: Terminal,
): Promise<void> {
  const index = await readIndex(source, manifest);
  const real = picked(await readDataset(data), photographs, engine.imageSize);
  const extractor = await openExtractor(features);
  const again = await countFoundAgain(engine, index, searchedAgain);
  terminal.out.write(`Cars of known seeds: ${again} of ${searchedAgain} are found first.\n`);
  const onProgress = progress(terminal, photographs, 'photographs');
  const options = { photographs: real, extractor, random, rounds, children, onProgress };
  const outside = await measureOutside(engine, index, options);
  await extractor.dispose();
  terminal.out.write(
    `Photographs, by ${extractor.name}, after ${rounds} rounds of refining: of ${outside.photographs} found cars\n` +
      `  ${outside.nearerThanFound} are nearer than what the same search finds among ${random} random cars,\n` +
      `  ${outside.nearerThanAll} are nearer than all of those; at the median ${outside.medianRank} are nearer.\n`,
  );
}

/** So many of the photographs, evenly, in the size of the model's cars. */
function picked(
  { images, count, imageSize }: Awaited<ReturnType<typeof readDataset>>,
  wanted: number,
  size: number,
): Uint8Array {
  const taken = Math.min(wanted, count);
  const pictures = new Uint8Array(taken * size * size * 3);
  for (let at = 0; at < taken; at++) {
    const picture = pictureOf(images, Math.floor((at * count) / taken), imageSize);
    pictures.set(resizeByArea(picture, size, size), at * size * size * 3);
  }
  return pictures;
}

function progress({ err }: Terminal, all: number, what: string): (done: number) => void {
  return (done) => {
    if (err.isTTY) err.write(`\r${done} of ${all} ${what}${done === all ? '\n' : ''}`);
  };
}

import path from 'node:path';
import { type Changes, changeLatents } from '../directions/change.ts';
import { seedsFrom, truncatedLatents } from '../draw.ts';
import { writeWhole } from '../files.ts';
import { picturesOf, sheet } from '../image.ts';
import { openModel } from '../open-model.ts';
import { encodePng } from '../png.ts';
import type { Terminal } from '../terminal.ts';

export interface SampleFlags {
  readonly model?: string;
  readonly count: number;
  readonly seed: number;
  readonly out?: string;
  readonly sheet?: string;
  readonly columns?: number;
  readonly scale: number;
  readonly truncation: number;
  readonly change: Changes;
  readonly engine: 'onnx' | 'tfjs';
}

/** Cars that are drawn at once: enough to be fast, few enough to stay small. */
const batchSize = 64;

export async function runSampling(flags: SampleFlags, terminal: Terminal): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const { engine, manifest, directions } = await openModel(flags.model, flags.engine, warn);
  const bytes = engine.imageSize ** 2 * 3;
  const forSheet = new Uint8Array(flags.sheet === undefined ? 0 : flags.count * bytes);
  for (let first = 0; first < flags.count; first += batchSize) {
    const seeds = seedsFrom(flags.seed + first, Math.min(batchSize, flags.count - first));
    const cars = await engine.draw(
      changeLatents(
        truncatedLatents(
          engine,
          seeds.map((seed) => ({ seed })),
          flags.truncation,
        ),
        flags.change,
        directions,
      ),
    );
    if (flags.sheet !== undefined) forSheet.set(cars, first * bytes);
    if (flags.out !== undefined) await writeSingles(flags.out, cars, seeds, engine.imageSize, flags.scale);
    if (terminal.err.isTTY) terminal.err.write(`\r${first + seeds.length} of ${flags.count} cars`);
  }
  if (terminal.err.isTTY) terminal.err.write('\n');
  if (flags.sheet !== undefined) {
    const columns = flags.columns ?? Math.ceil(Math.sqrt(flags.count));
    await writeWhole(flags.sheet, encodePng(sheet(forSheet, engine.imageSize, { columns, scale: flags.scale })));
  }
  const places = [flags.out, flags.sheet].filter((place) => place !== undefined).join(' and ');
  terminal.out.write(`${flags.count} cars of model ${manifest.version} in ${places}\n`);
  await engine.dispose();
}

async function writeSingles(
  folder: string,
  cars: Uint8Array,
  seeds: readonly number[],
  size: number,
  scale: number,
): Promise<void> {
  const pictures = picturesOf(cars, size);
  await Promise.all(
    pictures.map((picture, at) => writeWhole(path.join(folder, `${seeds[at]}.png`), encodePng(picture, { scale }))),
  );
}

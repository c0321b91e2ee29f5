import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { writeWhole } from '../files.ts';
import { encodePng, scaleUp, sheet } from '../image.ts';
import { latentsFromSeeds, maximumSeed } from '../latent.ts';
import { openModel } from './open-model.ts';
import type { SampleFlags } from './sample.ts';
import type { Terminal } from './terminal.ts';

/** Cars that are drawn at once: enough to be fast, few enough to stay small. */
const batchSize = 64;

export async function runSampling(flags: SampleFlags, terminal: Terminal): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const { engine, manifest } = await openModel(flags.model, flags.engine, warn);
  const bytes = engine.imageSize ** 2 * 3;
  const forSheet = new Uint8Array(flags.sheet === undefined ? 0 : flags.count * bytes);
  for (let first = 0; first < flags.count; first += batchSize) {
    const seeds = seedsOf(flags, first);
    const cars = await drawSeeds(engine, seeds, flags.truncation);
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

/** After the largest seed it goes on at 0, as the service's sheets do. */
function seedsOf({ seed, count }: SampleFlags, first: number): number[] {
  const length = Math.min(batchSize, count - first);
  return Array.from({ length }, (_, at) => (seed + first + at) % (maximumSeed + 1));
}

function drawSeeds(engine: Engine, seeds: readonly number[], truncation: number): Promise<Uint8Array> {
  const latents = latentsFromSeeds(seeds, engine.latentSize);
  return engine.draw(truncation === 1 ? latents : latents.map((value) => value * truncation));
}

async function writeSingles(
  folder: string,
  cars: Uint8Array,
  seeds: readonly number[],
  size: number,
  scale: number,
): Promise<void> {
  const bytes = size * size * 3;
  await Promise.all(
    seeds.map((seed, at) => {
      const pixels = cars.subarray(at * bytes, (at + 1) * bytes);
      const png = encodePng(scaleUp({ pixels, width: size, height: size }, scale));
      return writeWhole(path.join(folder, `${seed}.png`), png);
    }),
  );
}

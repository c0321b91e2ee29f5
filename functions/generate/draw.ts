import { encodePng, scaleUp, sheet } from '../../model/image.ts';
import { latentsFromSeeds, maximumSeed } from '../../model/latent.ts';
import type { ServedModel } from './served-model.ts';

export interface SheetShape {
  readonly rows: number;
  readonly columns: number;
}

/** One car as a PNG, each of the model's pixels enlarged to `scale` by `scale`. */
export async function carPng(
  { engine }: ServedModel,
  seed: number,
  scale: number,
  truncation: number,
): Promise<Uint8Array> {
  const pixels = await drawSeeds(engine, [seed], truncation);
  return encodePng(scaleUp({ pixels, width: engine.imageSize, height: engine.imageSize }, scale));
}

/** A sheet of cars as a PNG: `seed`, `seed + 1`, ... row by row; after the largest seed it goes on at 0. */
export async function sheetPng(
  { engine }: ServedModel,
  seed: number,
  { rows, columns }: SheetShape,
  truncation: number,
): Promise<Uint8Array> {
  const seeds = Array.from({ length: rows * columns }, (_, index) => (seed + index) % (maximumSeed + 1));
  return encodePng(sheet(await drawSeeds(engine, seeds, truncation), engine.imageSize, { columns }));
}

async function drawSeeds(engine: ServedModel['engine'], seeds: readonly number[], truncation: number) {
  const latents = latentsFromSeeds(seeds, engine.latentSize);
  return engine.draw(truncation === 1 ? latents : latents.map((value) => value * truncation));
}

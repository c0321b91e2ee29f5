import { drawSeeds, seedsFrom } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import type { FeatureExtractor } from '../evaluation/extractor.ts';
import { type FeatureSet, squaredDistance } from '../evaluation/feature-set.ts';
import { pictureOf } from '../image.ts';
import { latentsFromSeeds } from '../latent.ts';
import { randomFromSeed } from '../random.ts';
import type { CarIndex } from './car-index.ts';
import { featuresOf } from './features.ts';
import { squaredDistance as indexDistance, nearestCars, projectFeatures } from './nearest.ts';
import { refine } from './refine.ts';

/** How many of some cars of known seeds the index finds first. */
export async function countFoundAgain(engine: Engine, index: CarIndex, tried: number): Promise<number> {
  const apart = Math.max(1, Math.floor(index.cars / tried));
  let found = 0;
  for (let at = 0; at < tried; at++) {
    const picture = pictureOf(await drawSeeds(engine, [at * apart]), 0, engine.imageSize);
    const [first] = nearestCars(index, projectFeatures(index, featuresOf(picture)), 1);
    if (first?.seed === at * apart) found += 1;
  }
  return found;
}

/** How near found cars are to photographs by features that had no part in finding them. */
export interface OutsideResult {
  readonly photographs: number;
  /** Cars drawn at random that the found ones are held against, */
  readonly random: number;
  /** and for how many photographs the found car is nearer than the one that the same search finds among those, */
  readonly nearerThanFound: number;
  /** or than the nearest that there is among them by the outside features themselves. */
  readonly nearerThanAll: number;
  /** At the median, how many of the random ones are nearer. */
  readonly medianRank: number;
}

export interface OutsideOptions {
  /** Photographs of the engine's size, one after the other. */
  readonly photographs: Uint8Array;
  readonly extractor: Pick<FeatureExtractor, 'extract'>;
  /** How many random cars. */
  readonly random: number;
  /** How the found cars are refined; 0 rounds take the index's own. */
  readonly rounds: number;
  readonly children: number;
  readonly onProgress?: (done: number) => void;
}

/** Seeds of random cars that no index has and nothing else in the project uses. */
const firstRandom = 3_400_000_000;
const parents = 24;

export async function measureOutside(engine: Engine, index: CarIndex, options: OutsideOptions): Promise<OutsideResult> {
  const { photographs, extractor, random, rounds, children, onProgress = () => undefined } = options;
  const { imageSize, latentSize } = engine;
  const bytes = imageSize ** 2 * 3;
  const count = photographs.length / bytes;
  const others = await drawSeeds(engine, seedsFrom(firstRandom, random));
  const numbersOf = (pictures: Uint8Array, at: number) =>
    projectFeatures(index, featuresOf(pictureOf(pictures, at, imageSize)));
  const numbersOfOthers = Array.from({ length: random }, (_, at) => numbersOf(others, at));
  const found = new Uint8Array(photographs.length);
  const foundAmong: number[] = [];
  for (let at = 0; at < count; at++) {
    const wanted = numbersOf(photographs, at);
    const seeds = nearestCars(index, wanted, parents).map(({ seed }) => seed);
    const begun = { wanted, parents: latentsFromSeeds(seeds, latentSize) };
    const refined = await refine(engine, index, begun, { rounds, children, random: randomFromSeed(at) });
    found.set(refined.car, at * bytes);
    const distances = numbersOfOthers.map((numbers) => indexDistance(wanted, numbers));
    foundAmong.push(distances.indexOf(Math.min(...distances)));
    onProgress(at + 1);
  }
  const features = {
    real: await extractor.extract(photographs, imageSize),
    found: await extractor.extract(found, imageSize),
    others: await extractor.extract(others, imageSize),
  };
  return { photographs: count, random, ...compare(features, foundAmong) };
}

function compare(
  { real, found, others }: { readonly real: FeatureSet; readonly found: FeatureSet; readonly others: FeatureSet },
  foundAmong: readonly number[],
) {
  const rows = foundAmong.map((other, at) => {
    const own = squaredDistance(real, at, found, at);
    const distances = Array.from({ length: others.count }, (_, row) => squaredDistance(real, at, others, row));
    const rank = distances.filter((distance) => distance <= own).length;
    return { rank, isNearer: own < (distances[other] ?? 0) };
  });
  const ranks = rows.map(({ rank }) => rank).sort((one, other) => one - other);
  return {
    nearerThanFound: rows.filter(({ isNearer }) => isNearer).length,
    nearerThanAll: ranks.filter((rank) => rank === 0).length,
    medianRank: ranks[Math.floor(ranks.length / 2)] ?? 0,
  };
}

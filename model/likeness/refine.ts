import type { Engine } from '../engine/engine.ts';
import { pictureOf } from '../image.ts';
import type { Random } from '../random.ts';
import type { CarIndex } from './car-index.ts';
import { featuresOf } from './features.ts';
import { projectFeatures, squaredDistance } from './nearest.ts';

export interface RefineOptions {
  /** How often children are bred. */
  readonly rounds: number;
  /** How many each time. */
  readonly children: number;
  readonly random: Random;
  /** Comes after each round, with the nearest car so far; when it says `false`, the search ends. */
  readonly onRound?: (round: number, nearest: Refined) => boolean;
}

/** A car that no seed stands for. */
export interface Refined {
  readonly latent: Float32Array;
  readonly distance: number;
  /** Its pixels. */
  readonly car: Uint8Array;
}

/** The share of fresh randomness in the first children, and in the last ones. */
const [wild, tame] = [0.5, 0.1];

/**
 * Looks for a car that is nearer to a picture than those it begins with, in the space between and around them: an evolution strategy
 * with recombination. Each child lies on the arc between two parents, moved by some noise that becomes less from round to round; the
 * nearest of parents and children are the next parents.
 *
 * It needs no gradient, so what draws for visitors can do it too. The arcs and the noise keep latent vectors as long as those that the
 * model has learnt; gradient steps on pixels left that and ended at blurred cars, which are further away to any eye but the pixels'.
 *
 * @param wanted The numbers of the picture by the index.
 * @param parents The latent vectors to begin with, one after the other, at least two.
 */
export async function refine(
  engine: Pick<Engine, 'draw' | 'latentSize' | 'imageSize'>,
  index: Pick<CarIndex, 'projections'>,
  { wanted, parents }: { readonly wanted: Float32Array; readonly parents: Float32Array },
  { rounds, children, random, onRound }: RefineOptions,
): Promise<Refined> {
  const { latentSize, imageSize } = engine;
  const measure = async (latents: Float32Array): Promise<Refined[]> => {
    const cars = await engine.draw(latents);
    return Array.from({ length: latents.length / latentSize }, (_, at) => {
      const picture = pictureOf(cars, at, imageSize);
      const distance = squaredDistance(wanted, projectFeatures(index, featuresOf(picture)));
      return { latent: latents.slice(at * latentSize, (at + 1) * latentSize), distance, car: picture.pixels };
    });
  };
  const byDistance = (one: Refined, other: Refined) => one.distance - other.distance;
  let living = (await measure(parents)).sort(byDistance);
  const size = living.length;
  for (let round = 0; round < rounds; round++) {
    const noise = wild + ((tame - wild) * round) / Math.max(1, rounds - 1);
    const latents = new Float32Array(children * latentSize);
    for (let child = 0; child < children; child++) latents.set(childOf(living, noise, random), child * latentSize);
    living = [...living, ...(await measure(latents))].sort(byDistance).slice(0, size);
    if (onRound?.(round + 1, living[0] as Refined) === false) break;
  }
  return living[0] as Refined;
}

function childOf(living: readonly Refined[], noise: number, random: Random): Float32Array {
  const [mother, father] = pair(living.length, random);
  const turn = (random.uniform() * Math.PI) / 2;
  const [one, other] = [living[mother]?.latent ?? [], living[father]?.latent ?? []];
  const kept = Math.sqrt(1 - noise ** 2);
  // What two independent normal vectors become on the arc between them, or with noise, is normal again; but relatives are not independent.
  const mixed = Float32Array.from(one, (value, at) => Math.cos(turn) * value + Math.sin(turn) * (other[at] ?? 0));
  const shrink = lengthOf(Float32Array.from(one)) / Math.max(1e-6, lengthOf(mixed));
  return mixed.map((value) => kept * shrink * value + noise * random.normal());
}

/** Two different ones of so many, the first ones more often. */
function pair(count: number, random: Random): readonly [number, number] {
  const first = Math.floor(count * random.uniform() ** 2);
  const second = Math.floor((count - 1) * random.uniform() ** 2);
  return [first, second >= first ? second + 1 : second];
}

const lengthOf = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));

import { inverse, Matrix, solve } from 'ml-matrix';
import type { Engine } from '../engine/engine.ts';
import { FreshcarError } from '../errors.ts';
import { latentsFromSeeds } from '../latent.ts';
import type { Direction, Directions } from './directions.ts';
import { measureCar, propertyNames, propertyTitles } from './properties.ts';

export interface FindOptions {
  /** How many cars the regression is made with. */
  readonly cars: number;
  /** With how many others the effects are measured. */
  readonly measuredWith: number;
  /** Is told how many drawings are done, of how many. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Seeds that nothing else in the project uses, so that what is found here is not measured with the same cars. */
const [firstSeed, firstMeasured, firstCorrecting] = [3_000_000_000, 3_100_000_000, 3_200_000_000];
/** Cars that are drawn at once. */
const batch = 64;
/** How often the directions are corrected by what they are found to do. */
const corrections = 3;
/** A property of which a linear fit explains less than this share does not follow the latent vector in one direction. */
const leastExplained = 0.05;
/** A direction that changes anything else by more than a third of its own property is left out. */
const leastPurity = 3;

/**
 * Finds directions in latent space that change one measured property of a car each and leave the others alone.
 *
 * A linear regression of the properties on the latent vectors says in which direction each grows fastest, where it does at all; the
 * pseudo-inverse of its matrix turns these into directions each of which changes, to first order, its own property only. A generator is not linear, so what
 * steps of 0.75 to either side do is then measured, and the directions are multiplied by the inverse of that, three times.
 * What the result does is measured with other cars at steps of one, and a direction that is not pure is left out.
 */
export async function findDirections(engine: Engine, options: FindOptions): Promise<Directions> {
  const { cars, measuredWith } = options;
  const all = cars + (corrections + 1) * 2 * propertyNames.length * measuredWith;
  let done = 0;
  const measure = async (latents: Float32Array): Promise<Matrix> => {
    const rows: number[][] = [];
    const bytes = engine.imageSize ** 2 * 3;
    for (let from = 0; from < latents.length; from += batch * engine.latentSize) {
      const drawn = await engine.draw(latents.slice(from, from + batch * engine.latentSize));
      for (let at = 0; at < drawn.length; at += bytes)
        rows.push(measureCar(drawn.subarray(at, at + bytes), engine.imageSize));
      done += drawn.length / bytes;
      options.onProgress?.(done, all);
    }
    return new Matrix(rows);
  };

  const latents = latentsFromSeeds(seedRange(firstSeed, cars), engine.latentSize);
  const properties = await measure(latents);
  const spreads = properties.standardDeviation('column');
  if (spreads.some((spread) => !(spread > 0)))
    throw new FreshcarError(
      'invalid-input',
      'All cars of this model are alike in one property, so nothing can change it.',
    );
  const standard = properties.subRowVector(properties.mean('column')).divRowVector(spreads);
  const inputs = Matrix.from1DArray(cars, engine.latentSize, [...latents]);
  // The least squares of standard = inputs x slopes, by the normal equations.
  const fit = solve(inputs.transpose().mmul(inputs), inputs.transpose().mmul(standard));
  // Of what was made to vary by 1, what the fit does not explain varies by the rest.
  const unexplained = standard.clone().sub(inputs.mmul(fit)).variance('column');
  const kept = propertyNames.map((_, at) => at).filter((at) => 1 - (unexplained[at] ?? 1) >= leastExplained);
  if (kept.length === 0) throw nothingFound();
  const slopes = fit.transpose().subMatrixRow(kept);
  let vectors = inverse(slopes.mmul(slopes.transpose())).mmul(slopes);

  /** What a step of `size` in each direction changes, a row for each, in standard deviations per step. */
  const effectsOf = async (directions: Matrix, seed: number, size: number): Promise<Matrix> => {
    const origin = latentsFromSeeds(seedRange(seed, measuredWith), engine.latentSize);
    const rows: number[][] = [];
    for (const vector of directions.to2DArray()) {
      const moved = (amount: number) => origin.map((value, at) => value + amount * (vector[at % vector.length] ?? 0));
      const [more, less] = [await measure(moved(size)), await measure(moved(-size))];
      const change = more.sub(less).mean('column');
      rows.push(change.map((value, at) => value / (2 * size) / (spreads[at] ?? 1)));
    }
    return new Matrix(rows);
  };
  for (let round = 0; round < corrections; round++)
    vectors = inverse(
      (await effectsOf(vectors, firstCorrecting + round * measuredWith, 0.75)).subMatrixColumn(kept),
    ).mmul(vectors);
  const effects = await effectsOf(vectors, firstMeasured, 1);
  const found = kept.map((at, row) => describe(at, effects.getRow(row), vectors.getRow(row)));
  const directions = found.filter(({ purity }) => purity >= leastPurity);
  if (directions.length === 0) throw nothingFound();
  return { format: 1, measuredWith, directions };
}

const nothingFound = () =>
  new FreshcarError('invalid-input', 'No direction changes one property alone, so there is nothing to keep.');

function describe(at: number, effects: readonly number[], vector: readonly number[]): Direction {
  const name = propertyNames[at] ?? 'brightness';
  const others = effects.filter((_, other) => other !== at).map(Math.abs);
  const { title, ends } = propertyTitles[name];
  return {
    name,
    title,
    ends: [...ends],
    effects: Object.fromEntries(propertyNames.map((other, index) => [other, rounded(effects[index] ?? 0, 3)])),
    purity: rounded(Math.min(1000, (effects[at] ?? 0) / Math.max(...others)), 2),
    vector: vector.map((value) => rounded(value, 5)),
  };
}

const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));

const seedRange = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

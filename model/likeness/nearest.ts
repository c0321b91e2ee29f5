import type { CarIndex, Projection } from './car-index.ts';
import { featureParts } from './features.ts';
import { type Colour, colourDistance } from './paint.ts';

/** A car of the index, and how far it is from what was looked for. */
export interface Found {
  readonly seed: number;
  readonly distance: number;
}

/** The few numbers that stand for a picture's features, in steps of the index. */
export function projectFeatures({ projections }: Pick<CarIndex, 'projections'>, features: Float32Array): Float32Array {
  let from = 0;
  const all = projections.flatMap((projection, part) => {
    const own = features.subarray(from, from + (featureParts[part] ?? 0));
    from += own.length;
    return [...along(projection, own)];
  });
  return Float32Array.from(all);
}

function along({ mean, axes, dimensions, step }: Projection, features: Float32Array): Float32Array {
  const differences = features.map((value, at) => value - (mean[at] ?? 0));
  return new Float32Array(dimensions).map((_, dimension) => {
    let sum = 0;
    const first = dimension * differences.length;
    for (let at = 0; at < differences.length; at++) sum += (differences[at] ?? 0) * (axes[first + at] ?? 0);
    return sum / step;
  });
}

/** The distance between two pictures by their numbers: 0 for equal ones. */
export function squaredDistance(one: ArrayLike<number>, other: ArrayLike<number>, from = 0): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += ((one[at] ?? 0) - (other[from + at] ?? 0)) ** 2;
  return sum;
}

/** The cars of the index whose pictures are nearest to what has these numbers, the nearest first. */
export function nearestCars({ cars, codes }: CarIndex, wanted: Float32Array, count: number): Found[] {
  return nearest(cars, count, (car) => squaredDistance(wanted, codes, car * wanted.length));
}

/** The cars of the index whose paint is nearest to a colour, the nearest first. */
export function carsOfColour({ cars, paints }: CarIndex, colour: Colour, count: number): Found[] {
  return nearest(cars, count, (car) => {
    const [red = 0, green = 0, blue = 0] = paints.subarray(car * 3, car * 3 + 3);
    return colourDistance(colour, [red, green, blue]);
  });
}

function nearest(cars: number, count: number, distanceOf: (car: number) => number): Found[] {
  const all = Array.from({ length: cars }, (_, seed) => ({ seed, distance: distanceOf(seed) }));
  return all.sort((one, other) => one.distance - other.distance).slice(0, count);
}

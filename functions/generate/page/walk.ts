import { latentsFromSeeds } from '../../../model/latent.ts';
import { arcBetween } from '../../../model/morph.ts';
import { walkSteps as steps } from './address.ts';

/** A place on the walk: steps along the way through the cars in turn; in a square, steps across and down it. */
export type Point = { readonly along: number } | { readonly x: number; readonly y: number };

export const keyOf = (point: Point) => ('along' in point ? `${point.along}` : `${point.x},${point.y}`);

export function pointOf(key: string): Point {
  const [first = 0, y] = key.split(',').map(Number);
  return y === undefined ? { along: first } : { x: first, y };
}

/** A car between two others, as the service knows it. */
export interface Between {
  readonly seed: number;
  readonly towards: number;
  readonly by: number;
}

/** The cars that are walked through, two to four, or the corners of a square: left and right above, left and right below. */
export class Walk {
  readonly seeds: readonly number[];
  readonly isSquare: boolean;

  constructor(seeds: readonly number[], isSquare: boolean) {
    this.seeds = seeds;
    this.isSquare = isSquare && seeds.length === 4;
  }

  /** The cars in the order in which the walk passes them: round a square by its edges. */
  get inTurn(): readonly number[] {
    const [a = 0, b = 0, c = 0, d = 0] = this.seeds;
    return this.isSquare ? [a, b, d, c] : this.seeds;
  }

  /** The steps of the whole walk. */
  get length(): number {
    return (this.seeds.length - 1) * steps;
  }

  /** Where the walk is after so many steps. */
  at(step: number): Point {
    if (!this.isSquare) return { along: step };
    if (step <= steps) return { x: step, y: 0 };
    return step <= 2 * steps ? { x: steps, y: step - steps } : { x: 3 * steps - step, y: steps };
  }

  latentAt(point: Point, latentSize: number): Float32Array {
    const latent = (seed: number | undefined) => latentsFromSeeds([seed ?? 0], latentSize);
    if ('along' in point) {
      const { seed, towards, by } = this.betweenAt(point);
      return arcBetween(latent(seed), latent(towards))(by);
    }
    const [a, b, c, d] = this.seeds;
    const above = arcBetween(latent(a), latent(b))(point.x / steps);
    const below = arcBetween(latent(c), latent(d))(point.x / steps);
    return arcBetween(above, below)(point.y / steps);
  }

  /** The car there, where it lies between two of the cars; in a square, the one on the nearest edge. */
  betweenAt(point: Point): Between {
    const [a = 0, b = 0, c = 0, d = 0] = this.seeds;
    if ('along' in point) {
      const part = Math.min(Math.floor(point.along / steps), this.seeds.length - 2);
      return { seed: this.seeds[part] ?? 0, towards: this.seeds[part + 1] ?? 0, by: point.along / steps - part };
    }
    const { x, y } = point;
    const nearest = Math.min(y, steps - y, x, steps - x);
    if (nearest === y) return { seed: a, towards: b, by: x / steps };
    if (nearest === steps - y) return { seed: c, towards: d, by: x / steps };
    return nearest === x ? { seed: a, towards: c, by: y / steps } : { seed: b, towards: d, by: y / steps };
  }

  /** Such as "30% of the way from car 5 to car 7". */
  nameOf(point: Point): string {
    if (!('along' in point)) {
      const percent = (value: number) => `${Math.round((100 * value) / steps)}%`;
      return `${percent(point.x)} across and ${percent(point.y)} down the square of the cars ${this.seeds.join(', ')}`;
    }
    const { seed, towards, by } = this.betweenAt(point);
    return `${Math.round(by * 100)}% of the way from car ${seed} to car ${towards}`;
  }
}

import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Random, randomFromSeed } from '../../../../model/random.ts';
import { augmentSchema } from '../../../../model/training/config.ts';
import { augment } from '../../../../model/training/step/augment.ts';
import '../../../support/tensorflow.ts';

type Draw = number | readonly [bound: number, value: number];

interface Numbers {
  readonly count: number;
  readonly size: number;
  readonly cases: readonly {
    readonly name: string;
    readonly options: object;
    readonly draws: readonly Draw[];
    readonly images: readonly number[];
  }[];
}

const fixture = new URL('../../../fixtures/training/augment.json', import.meta.url);
const numbers: Numbers = JSON.parse(readFileSync(fixture, 'utf8'));

/** Gives these draws one after the other, and fails when anything else is asked for. */
function scripted(draws: readonly Draw[]): Pick<Random, 'uniform' | 'integer'> & { left(): number } {
  const left = [...draws];
  return {
    uniform: () => {
      const draw = left.shift();
      return typeof draw === 'number' ? draw : expect.fail('a uniform number was drawn');
    },
    integer: (bound) => {
      const draw = left.shift();
      if (typeof draw !== 'object' || draw[0] !== bound) return expect.fail(`an integer below ${bound} was drawn`);
      return draw[1];
    },
    left: () => left.length,
  };
}

function formulaImages({ count, size }: Numbers): tf.Tensor4D {
  const values = Float32Array.from({ length: count * size * size * 3 }, (_, at) => Math.sin(0.37 * at));
  return tf.tensor4d(values, [count, size, size, 3]);
}

function augmented(options: object, images: tf.Tensor4D, random: Pick<Random, 'uniform' | 'integer'>) {
  return augment(augmentSchema.parse(options), images, random as Random);
}

describe('augmentation', () => {
  it.each(numbers.cases)('by $name gives what NumPy gives', ({ options, draws, images }) => {
    const random = scripted(draws);
    const out = augmented(options, formulaImages(numbers), random).dataSync();
    expect(random.left()).toBe(0);
    const worst = Math.max(...images.map((value, at) => Math.abs(value - (out[at] ?? Number.NaN))));
    expect(worst).toBeLessThan(2e-6);
  });

  it('is nothing where nothing is asked for', () => {
    const images = formulaImages(numbers);
    expect(augmented({}, images, scripted([]))).toBe(images);
  });

  it.each([
    ['brightness', { brightness: 0.8 }, -0.4, 0.4],
    // The sample's one pixel is (0.5, 0, -0.5): its distance to grey is scaled by 0.4 to 1.6.
    ['saturation', { saturation: 0.6 }, 0.2, 0.8],
    ['contrast', { contrast: 0.6 }, 0.2, 0.8],
  ])('by %s is drawn anew for each image, over the whole range and not beyond', (name, options, low, high) => {
    const images = tf.tile(tf.tensor4d([0.5, 0, -0.5], [1, 1, 1, 3]), [2000, 1, 1, 1]) as tf.Tensor4D;
    const out = augmented(options, images, randomFromSeed(7)).dataSync() as Float32Array;
    const red = out.filter((_, at) => at % 3 === 0).map((value) => (name === 'brightness' ? value - 0.5 : value));
    expect(Math.min(...red)).toBeGreaterThanOrEqual(low - 1e-6);
    expect(Math.max(...red)).toBeLessThanOrEqual(high + 1e-6);
    const mean = red.reduce((sum, value) => sum + value, 0) / red.length;
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.03 * (high - low));
    expect(Math.max(...red) - Math.min(...red)).toBeGreaterThan(0.98 * (high - low));
  });

  it('shifts as often up as down and left as right, each as far as it may', () => {
    const size = 8;
    const dot = new Float32Array(size * size * 3);
    dot[(4 * size + 4) * 3] = 1;
    const images = tf.tile(tf.tensor4d(dot, [1, size, size, 3]), [500, 1, 1, 1]) as tf.Tensor4D;
    // The dot is far enough from the border not to be seen in the mirror.
    const out = augmented({ translation: 0.25 }, images, randomFromSeed(3)).dataSync();
    const places = [...out].flatMap((value, at) => (value === 1 ? [Math.floor(at / 3) % (size * size)] : []));
    const by = (place: number) => [Math.floor(place / size) - 4, (place % size) - 4] as const;
    for (const axis of [0, 1] as const) {
      const shifts = places.map((place) => by(place)[axis]);
      const counts = [-2, -1, 0, 1, 2].map((shift) => shifts.filter((found) => found === shift).length);
      expect(counts.reduce((sum, count) => sum + count)).toBe(500);
      for (const count of counts) expect(count).toBeGreaterThan(70);
    }
  });

  it('hands the gradient on to the pixels that it shows, as often as it shows them', () => {
    // Two down over a mirrored border: the upper two rows are shown twice, the lower two not at all.
    const options = { translation: 0.34 };
    const draws: Draw[] = [
      [5, 4],
      [5, 2],
    ];
    const image = tf.ones([1, 6, 6, 3]) as tf.Tensor4D;
    const shown = tf.grad((x: tf.Tensor) => tf.sum(augmented(options, x as tf.Tensor4D, scripted(draws))))(image);
    const rows = tf.mean(shown, [0, 2, 3]).dataSync();
    expect([...rows]).toEqual([2, 2, 1, 1, 0, 0]);
  });
});

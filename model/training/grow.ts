import { type Architecture, slope } from '../architecture/dcgan.ts';
import type { WeightValues } from '../architecture/network.ts';
import type { StartingWeights } from './step/gan.ts';

/**
 * Networks for pictures twice as large that begin with what smaller ones have learnt, as in progressive growing (Karras et al.
 * 2018), but at once: the generator gets one more doubling, which at first only repeats each place of its map, so that it
 * draws the smaller cars enlarged; the discriminator gets one more halving between what it sees first and what it judges by.
 */

/** The architecture for twice the size; all else is the same. */
export function grownArchitecture(architecture: Architecture): Architecture {
  return { ...architecture, imageSize: (2 * architecture.imageSize) as 64 | 128, depth: architecture.depth + 1 };
}

/** The weights of `grownArchitecture(architecture)`; those of the discriminator's new halving are left out, to be drawn. */
export function grownWeights(architecture: Architecture, weights: StartingWeights): StartingWeights {
  const { generator, average, discriminator } = weights;
  return {
    generator: growGenerator(architecture, generator),
    ...(average && { average: growGenerator(architecture, average) }),
    ...(discriminator && { discriminator: growDiscriminator(discriminator) }),
  };
}

function growGenerator({ depth, channels }: Architecture, weights: WeightValues): WeightValues {
  const last = (name: string) => weights.get(`norm_${depth}/${name}`) ?? new Float32Array(channels);
  const moments = Array.from(last('gamma'), (gamma, at) => leakyMoments(last('beta')[at] ?? 0, Math.abs(gamma)));
  const [mean, variance] = [moments.map((one) => one.mean), moments.map((one) => one.variance)];
  const [up, norm] = [`up_${depth + 1}`, `norm_${depth + 1}`];
  return new Map([
    ...weights,
    [`${up}/kernel`, repeatingKernel(channels)],
    [`${up}/bias`, new Float32Array(channels)],
    // Normalised by its mean and deviation and given both back, a map stays as it is.
    [`${norm}/gamma`, Float32Array.from(variance, Math.sqrt)],
    [`${norm}/beta`, Float32Array.from(mean)],
    [`${norm}/moving_mean`, Float32Array.from(mean)],
    [`${norm}/moving_variance`, Float32Array.from(variance)],
  ]);
}

/** `[4, 4, filters, inputs]` of a transposed convolution with stride 2 that writes each place to a square of four. */
function repeatingKernel(channels: number): Float32Array {
  const kernel = new Float32Array(16 * channels * channels);
  // With zero padding to twice the size, the two taps in the middle of each axis fall on a place's own square.
  for (const row of [1, 2])
    for (const column of [1, 2])
      for (let channel = 0; channel < channels; channel++)
        kernel[((row * 4 + column) * channels + channel) * channels + channel] = 1;
  return kernel;
}

/** Mean and variance of a leaky ReLU's output whose input is normal: what batch normalisation before it hands over. */
export function leakyMoments(mean: number, deviation: number): { mean: number; variance: number } {
  const square = mean ** 2 + deviation ** 2;
  const ratio = deviation === 0 ? Math.sign(mean) * 40 : mean / deviation;
  const [below, density] = [normalDistribution(ratio), Math.exp(-(ratio ** 2) / 2) / Math.sqrt(2 * Math.PI)];
  const positive = mean * below + deviation * density;
  const positiveSquare = square * below + mean * deviation * density;
  const output = slope * mean + (1 - slope) * positive;
  return { mean: output, variance: slope ** 2 * square + (1 - slope ** 2) * positiveSquare - output ** 2 };
}

/** The normal distribution function, to 1e-7 (Abramowitz and Stegun 1964, 26.2.17). */
function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x >= 0 ? 1 - tail : tail;
}

/** Blocks of the discriminator before its new one. */
export const keptBlocks = 2;

/** The first blocks stay where they are, the others move one up, and what is between them is left out. */
function growDiscriminator(weights: WeightValues): WeightValues {
  const moved = [...weights].map(([name, values]): [string, Float32Array] => {
    const [, kind, index, weight] = /^(conv|norm)_(\d+)\/(.+)$/.exec(name) ?? [];
    const block = Number(index);
    return [block >= keptBlocks ? `${kind}_${block + 1}/${weight}` : name, values];
  });
  return new Map(moved);
}

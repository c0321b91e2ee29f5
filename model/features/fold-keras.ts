import { FreshcarError } from '../errors.ts';
import type { KerasLayer, LayersModel } from './layers-model.ts';

/**
 * A convolution without bias and the batch normalisation behind it as one convolution: `gamma (x - mean) / sqrt(variance + epsilon)
 * + beta` is a factor of each filter and a bias. Filters, or a depthwise kernel's channels, are what changes fastest.
 *
 * @param kernelName The kernel among the model's weights.
 * @throws FreshcarError `invalid-input` when weights are missing.
 */
export function foldKeras(model: LayersModel, kernelName: string, { name, config }: KerasLayer) {
  const of = (weight: string) => {
    const values = model.weights.get(weight);
    if (values === undefined) throw new FreshcarError('invalid-input', `The model's weights lack ${weight}.`);
    return values;
  };
  const [beta, mean, variance] = [of(`${name}/beta`), of(`${name}/moving_mean`), of(`${name}/moving_variance`)];
  // Some normalisations only shift.
  const gamma = config.scale === false ? beta.map(() => 1) : of(`${name}/gamma`);
  const factors = Float64Array.from(
    gamma,
    (value, at) => value / Math.sqrt(number(variance, at) + (config.epsilon ?? 1e-3)),
  );
  return {
    kernel: of(kernelName).map((value, at) => value * number(factors, at % factors.length)),
    bias: beta.map((value, at) => value - number(mean, at) * number(factors, at)),
  };
}

function number(values: ArrayLike<number>, at: number): number {
  return values[at] ?? Number.NaN;
}

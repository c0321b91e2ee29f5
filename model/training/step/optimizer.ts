import type { OptimizerOptions } from '../config.ts';

/**
 * Optimizers over plain arrays. The weights live outside of TensorFlow.js, so that an update is one pass over each array,
 * exactly repeatable, and a checkpoint is a copy of what is here.
 */

/** The moments of every weight, by weight name, and how many updates made them. */
export interface OptimizerState {
  updates: number;
  readonly first: Map<string, Float32Array>;
  readonly second: Map<string, Float32Array>;
}

export function newOptimizerState(): OptimizerState {
  return { updates: 0, first: new Map(), second: new Map() };
}

/** Changes `weights` and `state` in place by one update along `gradients`, which name the weights they belong to. */
export function applyGradients(
  options: OptimizerOptions,
  state: OptimizerState,
  weights: ReadonlyMap<string, Float32Array>,
  gradients: ReadonlyMap<string, Float32Array>,
): void {
  state.updates += 1;
  for (const [name, gradient] of gradients) {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`a gradient for the unknown weight ${name}`);
    update(options, state, name, values, gradient);
  }
}

function update(
  options: OptimizerOptions,
  state: OptimizerState,
  name: string,
  values: Float32Array,
  gradient: Float32Array,
): void {
  switch (options.kind) {
    case 'adam': {
      const correction = Math.sqrt(1 - options.beta2 ** state.updates) / (1 - options.beta1 ** state.updates);
      const first = moments(state.first, name, values.length);
      const second = moments(state.second, name, values.length);
      adam(values, gradient, first, second, options, options.rate * correction);
      break;
    }
    case 'rmsprop':
      rmsprop(values, gradient, moments(state.second, name, values.length), options);
      break;
    case 'sgd':
      sgd(values, gradient, moments(state.first, name, values.length), options);
      break;
  }
}

function moments(map: Map<string, Float32Array>, name: string, length: number): Float32Array {
  const existing = map.get(name);
  if (existing !== undefined) return existing;
  const fresh = new Float32Array(length);
  map.set(name, fresh);
  return fresh;
}

function adam(
  values: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { beta1, beta2, epsilon }: { beta1: number; beta2: number; epsilon: number },
  rate: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i] as number;
    const m = beta1 * (first[i] as number) + (1 - beta1) * g;
    const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    values[i] = (values[i] as number) - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

function rmsprop(
  values: Float32Array,
  gradient: Float32Array,
  second: Float32Array,
  { rate, decay, epsilon }: { rate: number; decay: number; epsilon: number },
): void {
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i] as number;
    const v = decay * (second[i] as number) + (1 - decay) * g * g;
    second[i] = v;
    values[i] = (values[i] as number) - (rate * g) / (Math.sqrt(v) + epsilon);
  }
}

function sgd(
  values: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  { rate, momentum }: { rate: number; momentum: number },
): void {
  for (let i = 0; i < values.length; i++) {
    const v = momentum * (velocity[i] as number) - rate * (gradient[i] as number);
    velocity[i] = v;
    values[i] = (values[i] as number) + v;
  }
}

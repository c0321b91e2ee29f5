import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `compute` as if no gradient were being taken around it.
 *
 * TensorFlow.js keeps every intermediate value of all work between the start and the end of a gradient, whether the
 * gradient needs it or not. A step that trains one network in the middle of another's forward pass would hold on to both;
 * this sets the outer tape aside meanwhile. Values made inside are constants to the outer gradient.
 */
export function outsideTape<T>(compute: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  state.activeTape = null as unknown as typeof activeTape;
  state.gradientDepth = 0;
  try {
    return compute();
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}

/** Runs `compute`, which returns plain values, and frees every tensor that it made. */
export function scoped<T>(compute: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(compute());
  });
  return results[0] as T;
}

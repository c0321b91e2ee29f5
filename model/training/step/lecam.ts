import * as tf from '@tensorflow/tfjs-core';
import type { Opinions } from './gan.ts';
import { lecamPull } from './losses.ts';

/** How much of a moving average of logits stays at each batch, as LeCam's authors have it. */
const saidDecay = 0.99;

/** Adds LeCam's pull to a loss, once something has been said of the other kind, and notes what is said of this one. */
export function pullOf(weight: number, said: Opinions, kind: 'real' | 'fake') {
  return (loss: tf.Scalar, logits: tf.Tensor): tf.Scalar => {
    const other = said[kind === 'real' ? 'fake' : 'real'];
    const mean = tf.tidy(() => tf.mean(logits).dataSync()[0] as number);
    const before = said[kind];
    said[kind] = before === undefined ? mean : saidDecay * before + (1 - saidDecay) * mean;
    return other === undefined ? loss : (tf.add(loss, tf.mul(lecamPull(kind, logits, other), weight)) as tf.Scalar);
  };
}

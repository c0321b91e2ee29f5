import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config.ts';
import type { Gan } from './gan.ts';
import type { Gradients } from './pass.ts';

/** The discriminator's loss on one batch, and the slope of that loss in each of its weights. */
export interface DiscriminatorPass {
  readonly loss: number;
  readonly gradients: Gradients;
}

/** What a training step asks of a discriminator; its weights and what it remembers are in the `Gan`. */
export interface Discriminator {
  /** Its own loss on a batch that is all real or all generated; moves its statistics and what it has said. */
  pass(config: TrainingConfig, gan: Gan, images: tf.Tensor4D, kind: 'real' | 'fake'): DiscriminatorPass;
  /** The generator's loss on a generated batch, and its slope in every pixel; leaves the discriminator as it is. */
  imagePass(
    config: TrainingConfig,
    gan: Gan,
    images: tf.Tensor4D,
  ): { readonly loss: number; readonly slope: tf.Tensor4D };
  /** Frees what it holds on to for a whole run, where it does. */
  dispose?(): void;
}

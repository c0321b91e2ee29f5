import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config.ts';
import type { Gan } from './gan.ts';
import type { Gradients } from './pass.ts';

/** The discriminator's loss on one batch, and the gradient of that loss in each of its weights. */
export interface DiscriminatorPass {
  readonly loss: number;
  readonly gradients: Gradients;
}

/** The generator's loss on a generated batch, and its gradient in every pixel. */
export interface ImagePass {
  readonly loss: number;
  readonly gradient: tf.Tensor4D;
}

/** One batch as a discriminator has looked at it: what does not depend on its weights is computed once. */
export interface Look {
  /** Its own loss on the batch, which is all real or all generated; moves its statistics and what it has said. */
  pass(kind: 'real' | 'fake'): DiscriminatorPass;
  /** Leaves the discriminator as it is. */
  imagePass(): ImagePass;
}

/** What a training step asks of a discriminator; its weights and what it remembers are in the `Gan`. */
export interface Discriminator {
  /**
   * Looks at `[batch, size, size, 3]` in [-1, 1]. What it holds on to is freed with the tidy around it.
   *
   * @param purpose `both` where `imagePass` will be asked for, too.
   */
  look(config: TrainingConfig, gan: Gan, images: tf.Tensor4D, purpose: 'own' | 'both'): Look;
  /** Frees what it holds on to for a whole run, where it does. */
  dispose?(): void;
}

import { z } from 'zod';

/**
 * Differentiable augmentation (Zhao et al. 2020): the discriminator sees real and generated pictures through the same
 * random changes, so that a few photographs are not learnt by heart, and the gradient passes through to the generator.
 */
export const augmentSchema = z.strictObject({
  /** Adds a brightness drawn from -b/2 to b/2, in units of the [-1, 1] range. */
  brightness: z.number().min(0).max(2).default(0),
  /** Scales the distance to grey by a factor from 1-s to 1+s. */
  saturation: z.number().min(0).max(2).default(0),
  /** Scales the distance to the picture's mean by a factor from 1-c to 1+c. */
  contrast: z.number().min(0).max(1).default(0),
  /** Shifts by up to this part of the width, in whole pixels. */
  translation: z.number().min(0).max(0.5).default(0),
  /** What a shift lets in: black as in the paper, or the mirrored picture. */
  border: z.enum(['black', 'mirror']).default('mirror'),
  /** Side of the grey square that is cut out, as a part of the width. */
  cutout: z.number().min(0).max(0.9).default(0),
});

export type AugmentOptions = z.output<typeof augmentSchema>;

/**
 * What SageMaker reads off the log of a training: a name for CloudWatch, and a regular expression with the number in its
 * group. A test holds them against the lines that the trainer writes (`model/training/run/progress.ts`).
 */
export const trainingMetrics = [
  { Name: 'discriminator-loss-real', Regex: ' d_real=([0-9.]+) ' },
  { Name: 'discriminator-loss-fake', Regex: ' d_fake=([0-9.]+) ' },
  { Name: 'generator-loss', Regex: ' g=([0-9.]+) ' },
  { Name: 'images-per-second', Regex: ' images_per_second=([0-9.]+) ' },
  { Name: 'epoch', Regex: ' epoch=([0-9.]+) ' },
] as const;

/**
 * What a tuning makes smaller: the distance of the finished model's cars from pictures that it has not seen. A line of its
 * own at the end of the log (`model/container/measure.ts`), because losses of a GAN say nothing of how good its cars are.
 */
export const objective = { Name: 'kid', Regex: ' kid=(-?[0-9.]+(?:e-?[0-9]+)?) ' } as const;

/** As JavaScript writes a number: losses of a hinge or of a critic are below zero at times, small ones have an exponent. */
const number = '-?[0-9.]+(?:e[+-]?[0-9]+)?';

/**
 * What SageMaker reads off the log of a training: a name for CloudWatch, and a regular expression with the number in its
 * group. A test holds them against the lines that the trainer writes (`model/training/run/progress.ts`).
 */
export const trainingMetrics = [
  { Name: 'discriminator-loss-real', Regex: ` d_real=(${number}) ` },
  { Name: 'discriminator-loss-fake', Regex: ` d_fake=(${number}) ` },
  { Name: 'generator-loss', Regex: ` g=(${number}) ` },
  { Name: 'images-per-second', Regex: ` images_per_second=(${number}) ` },
  { Name: 'epoch', Regex: ` epoch=(${number}) ` },
];

/**
 * What a tuning makes smaller: the distance of the finished model's cars from pictures that it has not seen. A line of its
 * own at the end of the log (`model/container/measure.ts`), because losses of a GAN say nothing of how good its cars are.
 */
export const objective = { Name: 'kid', Regex: ` kid=(${number}) ` } as const;

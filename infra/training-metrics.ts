/**
 * What SageMaker reads off the log of a training: a name for CloudWatch, and a regular expression with the number in its
 * group. A test holds them against the lines that the trainer writes (`model/training/progress.ts`).
 */
export const trainingMetrics = [
  { Name: 'discriminator-loss-real', Regex: ' d_real=([0-9.]+) ' },
  { Name: 'discriminator-loss-fake', Regex: ' d_fake=([0-9.]+) ' },
  { Name: 'generator-loss', Regex: ' g=([0-9.]+) ' },
  { Name: 'images-per-second', Regex: ' images_per_second=([0-9.]+) ' },
  { Name: 'epoch', Regex: ' epoch=([0-9.]+) ' },
] as const;

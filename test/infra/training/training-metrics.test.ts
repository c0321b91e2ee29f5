import { expect, it } from 'vitest';
import { trainingMetrics } from '../../../infra/training/training-metrics.ts';
import { progressLine } from '../../../model/training/run/progress.ts';

const progress = {
  step: 40,
  steps: 5000,
  epoch: 3.25,
  losses: { discriminatorReal: 0.7031, discriminatorFake: 0.5012, generator: 1.2345 },
  imagesPerSecond: 81.25,
  secondsLeft: 3000,
  seconds: 100,
  residentBytes: 1e9,
  tensors: 0,
};

it('reads losses below zero, as hinge and critics have them', () => {
  const losses = { discriminatorReal: -0.7031, discriminatorFake: -12.5, generator: -1.2345 };
  const line = progressLine({ ...progress, losses });
  const read = trainingMetrics.map(({ Name, Regex }) => [Name, Number(new RegExp(Regex).exec(line)?.[1])]);
  expect(Object.fromEntries(read)).toMatchObject({
    'discriminator-loss-real': -0.7031,
    'discriminator-loss-fake': -12.5,
    'generator-loss': -1.2345,
  });
});

it('reads every metric off the line that the trainer writes', () => {
  const line = progressLine(progress);
  const read = trainingMetrics.map(({ Name, Regex }) => [Name, Number(new RegExp(Regex).exec(line)?.[1])]);
  expect(Object.fromEntries(read)).toEqual({
    'discriminator-loss-real': 0.7031,
    'discriminator-loss-fake': 0.5012,
    'generator-loss': 1.2345,
    'images-per-second': 81.3,
    epoch: 3.3,
  });
});

import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../model/files.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { resolveConfig, settings } from '../../../model/training/settings.ts';
import { createBatches } from '../../../model/training/step/batches.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { trainStep } from '../../../model/training/step/train-step.ts';
import { totalSteps } from '../../../model/training/trainer.ts';
import { native } from '../../support/tensorflow.ts';
import { smallPictures } from '../../support/training.ts';

type Values = Readonly<Record<string, string>>;

/** Networks that are trained in no time, and of the seed's recipe what draws least. */
const small: Values = {
  'latent-size': '8',
  'base-channels': '8',
  channels: '8',
  'first-channels': '8',
  'batch-size': '4',
  fakes: 'shared',
  'frozen-normalisation': 'batch',
};

/** Another value of each setting than it has above, and what has to be on for it to matter. */
const others: Readonly<Record<string, readonly [value: string, besides?: Values]>> = {
  steps: ['3'],
  epochs: ['7'],
  'batch-size': ['6'],
  seed: ['2'],
  'image-size': ['64'],
  'latent-size': ['9'],
  depth: ['2'],
  channels: ['16'],
  'base-channels': ['16'],
  'first-channels': ['16'],
  'last-channels': ['16'],
  loss: ['hinge'],
  'real-label': ['0.9'],
  'flip-rate': ['0.5'],
  'generator-optimizer': ['rmsprop'],
  'generator-rate': ['0.001'],
  'discriminator-optimizer': ['sgd'],
  'discriminator-rate': ['0.001'],
  'discriminator-updates': ['combined'],
  fakes: ['predicted'],
  'frozen-normalisation': ['moving'],
  'pretrain-discriminator': ['1'],
  average: ['0.1'],
  mirror: ['true'],
  brightness: ['0.5'],
  saturation: ['0.5'],
  contrast: ['0.5'],
  translation: ['0.25'],
  lecam: ['0.3'],
  precision: ['bfloat16'],
};

/** What needs a network that others trained; the tests of projected discriminators try it. */
const elsewhere = ['discriminator', 'projected-size'];

/** What two steps of a run with these settings leave, and how many steps there would be. */
function outcomeOf(values: Values): string {
  const config = resolveConfig({ preset: 'seed', values: { ...small, ...values } });
  const { imageSize } = config.architecture;
  const gan = createGan(config);
  const { batchSize, mirror } = config;
  const images = smallPictures(8, imageSize);
  const batches = createBatches({ images, imageSize, batchSize, mirror, random: randomFromSeed(5) });
  for (let step = 0; step < 2; step++) trainStep(config, gan, batches.next());
  const weights = [gan.generator.weights, gan.discriminator.weights, gan.average].flatMap((map) => [...map.values()]);
  return `${totalSteps(config, 8)} steps, ${sha256(Buffer.concat(weights.map((values) => Buffer.from(values.buffer))))}`;
}

describe('every setting', () => {
  it('is tried here', () => {
    expect([...Object.keys(others), ...elsewhere].sort()).toEqual(settings.map(({ name }) => name).sort());
  });

  const plain = outcomeOf({});
  /** Plain JavaScript knows float32 alone. */
  const tried = Object.entries(others).filter(([name]) => native || name !== 'precision');
  it.each(tried)('changes what a run computes: %s', (name, [value, besides]) => {
    const without = besides === undefined ? plain : outcomeOf(besides);
    expect(outcomeOf({ ...besides, [name]: value })).not.toBe(without);
  });

  it('left alone, ends in the same weights again', () => {
    expect(outcomeOf({})).toBe(plain);
  });
});

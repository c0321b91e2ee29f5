import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOrigin, readOrigin } from '../../../model/training/origin.ts';
import { bundleRun } from '../../../model/training/run/bundle-run.ts';
import type { Checkpoint } from '../../../model/training/run/checkpoint.ts';
import { openRunFolder } from '../../../model/training/run/run-folder.ts';
import { snapshotOf } from '../../../model/training/run/snapshot.ts';
import { resolveConfig } from '../../../model/training/settings.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { trainStep } from '../../../model/training/step/train-step.ts';
import { smallConfig, smallPictures } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';
import '../../support/tensorflow.ts';

const data = { name: 'stripes', images: 8, sha256: 'a'.repeat(64) };

/** A run of one step, with weights that no seed draws. */
function checkpointOf(seed: number): Checkpoint {
  const config = smallConfig({ seed, average: 0.5 });
  const gan = createGan(config);
  trainStep(
    config,
    gan,
    Float32Array.from(smallPictures(4), (value) => value / 127.5 - 1),
  );
  return { config, data, gan, position: { order: Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7]), next: 4 } };
}

const failOnWarning = (message: string) => expect.fail(message);

describe('a run that starts from another', () => {
  it('has both networks and the average of its newest checkpoint, and the memory of neither optimizer', async () => {
    const folder = await temporaryFolder();
    const { gan } = checkpointOf(1);
    await openRunFolder(folder).saveCheckpoint(checkpointOf(1));
    const origin = await readOrigin(folder, failOnWarning);
    const started = createGan(smallConfig({ seed: 2, average: 0.5 }), origin.weights);
    expect(started.generator.weights).toEqual(gan.generator.weights);
    expect(started.discriminator.weights).toEqual(gan.discriminator.weights);
    expect(started.average).toEqual(gan.average);
    expect(started).toMatchObject({ step: 0, generator: { optimizer: { updates: 0, first: new Map() } } });
  });

  it('draws from its own seed what it does not take over', async () => {
    const folder = join(await temporaryFolder(), 'bundle');
    const checkpoint = checkpointOf(1);
    await bundleRun(snapshotOf(checkpoint), folder, {});
    const config = smallConfig({ seed: 2 });
    const started = createGan(config, (await readOrigin(folder, failOnWarning)).weights);
    expect(started.generator.weights).toEqual(checkpoint.gan.average);
    const fresh = createGan(config);
    expect(started.discriminator.weights).toEqual(fresh.discriminator.weights);
    expect(started.random.state()).toEqual(fresh.random.state());
  });
});

describe('an origin', () => {
  it('brings its networks and its hash into the configuration, over the preset', async () => {
    const folder = await temporaryFolder();
    await openRunFolder(folder).saveCheckpoint(checkpointOf(1));
    const origin = await readOrigin(folder, failOnWarning);
    const config = resolveConfig({ preset: 'fresh', origin: origin.config, values: { epochs: '2' } });
    expect(config).toMatchObject({ architecture: { channels: 8, latentSize: 8 }, epochs: 2, from: origin.config.from });
    expect(origin.config.from?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(() => checkOrigin(config, origin)).not.toThrow();
  });

  it('is refused where its networks are others', async () => {
    const folder = await temporaryFolder();
    await openRunFolder(folder).saveCheckpoint(checkpointOf(1));
    const origin = await readOrigin(folder, failOnWarning);
    const config = resolveConfig({ preset: 'fresh', origin: origin.config, values: { channels: '16' } });
    expect(() => checkOrigin(config, origin)).toThrow('they have channels 8 instead of 16');
    const narrow = resolveConfig({ preset: 'fresh', origin: origin.config, values: { 'last-channels': '16' } });
    expect(() => checkOrigin(narrow, origin)).toThrow('they have lastChannels none instead of 16');
  });

  it('is asked for, or refused, where a configuration names another', async () => {
    const folder = await temporaryFolder();
    await openRunFolder(folder).saveCheckpoint(checkpointOf(1));
    const origin = await readOrigin(folder, failOnWarning);
    const from = { name: 'cars', sha256: 'b'.repeat(64) };
    const config = resolveConfig({ preset: 'fresh', origin: origin.config, file: { from } });
    expect(() => checkOrigin(config, undefined)).toThrow('from the weights of cars. Name their folder by --from');
    expect(() => checkOrigin(config, origin)).toThrow(`starts from cars with SHA-256 ${from.sha256}`);
  });

  it('is refused where there is none', async () => {
    await expect(readOrigin(await temporaryFolder(), failOnWarning)).rejects.toThrow('No model in');
  });
});

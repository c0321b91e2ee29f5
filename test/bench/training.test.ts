import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { native } from '../support/tensorflow.ts';
import type { Result } from './samples.ts';
import { createTrainingBenchmark } from './training.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  // Only whether it works: how fast anything is, a test on a shared machine cannot tell.
  it('measures the recipe beside its peers in turn, and then the rest alone', async () => {
    const peerFolder = await temporaryFolder();
    // What the peers print, from a program that Node can run in place of Python.
    for (const [name, speed] of [
      ['keras', 40],
      ['torch', 20],
    ])
      await writeFile(join(peerFolder, `dcgan_${name}.py`), `console.log('{"images_per_s": ${speed}}')`);
    const values = {
      'batch-size': '4',
      'latent-size': '8',
      channels: '8',
      'base-channels': '8',
      'first-channels': '8',
    };
    const benchmark = createTrainingBenchmark({ values, steps: 2, rounds: 2, peerFolder });
    const results: Result[] = [];
    for await (const result of benchmark({ peers: process.execPath })) results.push(result);
    expect(results.map(({ name }) => name)).toEqual(["seed's recipe", 'preset fresh', 'matrix product']);
    for (const { samples } of results) {
      expect(samples).toHaveLength(2);
      expect(samples.every((sample) => sample > 0)).toBe(true);
    }
    const [recipe] = results;
    expect(recipe?.peers).toMatchObject([
      { name: 'keras', samples: [40, 40], ratio: (recipe?.median ?? 0) / 40 },
      { name: 'torch', samples: [20, 20] },
    ]);
  });
});

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
    ] as const)
      await writeFile(
        join(peerFolder, `train_${name}.py`),
        `console.log(JSON.stringify({ images_per_second: process.argv.includes('--bfloat16') ? 2 * ${speed} : ${speed} }))`,
      );
    const values = {
      'batch-size': '4',
      'latent-size': '8',
      channels: '8',
      'base-channels': '8',
      'first-channels': '8',
    };
    const benchmark = createTrainingBenchmark({ values, steps: 2, rounds: 2 });
    const results: Result[] = [];
    for await (const result of benchmark({ peers: { python: process.execPath, folder: peerFolder } }))
      results.push(result);
    expect(results.map(({ name }) => name)).toEqual([
      "seed's recipe in float32",
      "seed's recipe in bfloat16",
      'preset fresh in float32',
      'preset fresh in bfloat16',
      'matrix product',
    ]);
    for (const { samples } of results) {
      expect(samples).toHaveLength(2);
      expect(samples.every((sample) => sample > 0)).toBe(true);
    }
    const [float32, bfloat16, fresh] = results;
    expect(float32?.peers).toMatchObject([
      { name: 'freshcar in bfloat16', samples: bfloat16?.samples },
      { name: 'Keras in float32', samples: [40, 40], ratio: (float32?.median ?? 0) / 40 },
      { name: 'Keras in bfloat16', samples: [80, 80] },
      { name: 'PyTorch in float32', samples: [20, 20] },
      { name: 'PyTorch in bfloat16', samples: [40, 40], ratio: (float32?.median ?? 0) / 40 },
    ]);
    expect(bfloat16?.peers[1]).toMatchObject({ name: 'Keras in float32', ratio: (bfloat16?.median ?? 0) / 40 });
    expect(fresh?.peers).toMatchObject([{ name: 'freshcar in bfloat16' }]);
  });
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { featureNetwork } from '../../../model/architecture/feature-network.ts';
import { exportFeaturesOnnx } from '../../../model/bundle/onnx-features.ts';
import { sha256 } from '../../../model/files.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { openRunFolder } from '../../../model/training/run/run-folder.ts';
import { snapshotOf } from '../../../model/training/run/snapshot.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { initialWeights } from '../../../model/training/step/weights.ts';
import { blots, writeNpy } from '../../support/packed-pictures.ts';
import { freshcar } from '../../support/terminal.ts';
import { smallConfig } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

let folder: string;
let trainedOn: string;
const file = (...names: string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(
    file('features.onnx'),
    exportFeaturesOnnx(featureNetwork, initialWeights(featureNetwork, randomFromSeed(5))),
  );
  await writeNpy(file('real.npy'), blots(40, 32, 1));
  await writeNpy(file('train.npy'), blots(60, 32, 2));
  trainedOn = sha256(await readFile(file('train.npy')));
  await writeRun('plain', 1, [100, 200]);
  await writeRun('hinge', 2, [100], 'hinge');
  trainedOn = 'a'.repeat(64);
  await writeRun('stranger', 1, [100]);
});

/** A run's folder with the snapshots of a generator that has learnt nothing. */
async function writeRun(name: string, seed: number, steps: readonly number[], loss?: 'hinge'): Promise<void> {
  const config = smallConfig({ seed, ...(loss && { loss }) });
  const data = { name: 'blots', images: 60, sha256: trainedOn };
  for (const step of steps)
    await openRunFolder(file(name)).saveSnapshot(snapshotOf({ config, data, gan: { ...createGan(config), step } }));
}

const compare = (...runs: readonly string[]) =>
  freshcar(
    ...['compare', ...runs.map((run) => file(run)), '--data', file('real.npy'), '--train', file('train.npy')],
    ...['--features', file('features.onnx'), '--count', '32', '--out', file('out')],
  );

describe('freshcar compare', () => {
  it('measures every snapshot of every run, and leaves table, numbers, curves and a row of cars for each', async () => {
    const { code, out, err } = await compare('plain', 'hinge');
    expect(code).toBe(0);
    expect(err).toMatch(/^1 of 3: plain, step 100\n2 of 3: plain, step 200.*\n3 of 3: hinge, step 100.*\n$/);
    expect(await readFile(file('out', 'comparison.md'), 'utf8')).toMatch(/^\| run \| differs in \| best step \|/);
    expect(out).not.toContain('|');
    expect(out).toMatch(/^ +best step +KID +FID +precision +recall +copies\n/);
    expect(out).toMatch(/hinge differs in .*loss hinge/);
    const best = JSON.parse(await readFile(file('out', 'comparison.json'), 'utf8')).runs[0].name;
    expect(out).toContain(`Make a model of the best: npx freshcar export ${file(best)} --step`);
    const { runs, floor } = JSON.parse(await readFile(file('out', 'comparison.json'), 'utf8'));
    const byName = Object.fromEntries(runs.map((run: { name: string }) => [run.name, run]));
    expect(byName.plain.snapshots.map(({ step }: { step: number }) => step)).toEqual([100, 200]);
    expect(byName.plain.snapshots[0].scores).toEqual(byName.plain.snapshots[1].scores);
    expect(byName.hinge.differences).toContain('loss hinge');
    expect(byName.hinge.snapshots[0].copyingMedianRatio).toBeGreaterThan(0);
    expect(floor.fid).toBeLessThan(byName.plain.snapshots[0].scores.fid);
    for (const chart of ['kid.svg', 'recall.svg']) expect(await readFile(file('out', chart), 'utf8')).toMatch(/^<svg/);
    // Sixteen cars of 64 pixels with two between them, and two rows.
    expect(await sharp(file('out', 'cars.png')).metadata()).toMatchObject({ width: 16 * 66 - 2, height: 2 * 66 - 2 });
  });

  it('tells runs of the same name apart by their paths', async () => {
    await writeRun('other/plain', 2, [100]);
    const { out } = await compare('plain', 'other/plain');
    expect(out).toContain(`${file('other/plain')} `);
    expect(out).toContain(`${file('plain')} `);
  });

  it('warns of a run that may have seen what it is measured with', async () => {
    expect((await compare('plain', 'stranger')).err).toMatch(
      /^warning: stranger: The model says that it was trained on other pictures/m,
    );
  });

  it('names a folder that keeps no snapshots, before it measures any', async () => {
    await mkdir(file('empty'));
    const { code, err } = await compare('plain', 'empty');
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*empty keeps no snapshots to compare; train with --snapshot-every\.\n$/);
  });
});

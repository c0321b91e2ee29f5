import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../model/files.ts';
import { precisions } from '../../../model/tensorflow/precision.ts';
import type { TrainingConfig } from '../../../model/training/config.ts';
import { presets } from '../../../model/training/config.ts';
import { encodeCheckpoint } from '../../../model/training/run/checkpoint.ts';
import type { Progress } from '../../../model/training/run/progress.ts';
import { openRunFolder, type RunFolder } from '../../../model/training/run/run-folder.ts';
import { totalSteps, train } from '../../../model/training/trainer.ts';
import { native } from '../../support/tensorflow.ts';
import { smallConfig, smallPictures } from '../../support/training.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  const images = smallPictures(10);
  const data = { name: 'ten pictures', images: 10, sha256: sha256(images) };
  /** Everything that draws random numbers or remembers something is on. */
  const everything = smallConfig({
    ...presets.fresh,
    batchSize: 4,
    epochs: 4,
    labels: { real: 0.9, flipRate: 0.1 },
    lecam: 0.3,
    precision: 'float32',
  });
  const config = everything;

  let folder: RunFolder;
  beforeEach(async () => {
    folder = openRunFolder(await mkdtemp(join(tmpdir(), 'freshcar-run-')));
  });

  describe('a run', () => {
    it('shows every picture as often as the epochs say', () => {
      expect(totalSteps(config, 10)).toBe(10);
      expect(totalSteps(smallConfig({ epochs: 1.5, pretrainDiscriminator: 3 }), 10)).toBe(7);
    });

    it.each(precisions)(
      'ends in the same weights to the bit however often it was resumed, in %s',
      async (precision) => {
        const config = { ...everything, precision };
        await finish(folder, config);
        const whole = encodeCheckpoint(await latest(folder));
        const stopped = openRunFolder(await mkdtemp(join(tmpdir(), 'freshcar-run-')));
        for (const stopAt of [1, 4, 7]) await run(stopped, config, { stopAt });
        await finish(stopped, config);
        expect(sha256(encodeCheckpoint(await latest(stopped)))).toBe(sha256(whole));
      },
    );

    it('draws the same cars whenever it is run again, and others from another seed', async () => {
      const again = openRunFolder(await mkdtemp(join(tmpdir(), 'freshcar-run-')));
      const other = openRunFolder(await mkdtemp(join(tmpdir(), 'freshcar-run-')));
      await finish(folder, config);
      await finish(again, config);
      await finish(other, { ...config, seed: 2 });
      const sheetOf = (run: RunFolder) => readFile(join(run.path, 'sheets', 'step-00000010.png'));
      expect(await sheetOf(folder)).toEqual(await sheetOf(again));
      expect(await sheetOf(folder)).not.toEqual(await sheetOf(other));
    });

    it('reports every step once, also when it was stopped between two checkpoints', async () => {
      await run(folder, config, { stopAt: 5 });
      await finish(folder, config);
      const lines = (await readFile(join(folder.path, 'metrics.jsonl'), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('keeps two checkpoints and leaves no half-written file', async () => {
      await finish(folder, config);
      expect(await folder.checkpoints()).toEqual(['step-00000010.safetensors', 'step-00000009.safetensors']);
      expect((await readdir(join(folder.path, 'checkpoints'))).length).toBe(2);
    });
  });

  describe('a run that is still going', () => {
    it('has a bundle of what its last sheet shows, which can be served meanwhile', async () => {
      await run(folder, config, { stopAt: 7 });
      const manifest = JSON.parse(await readFile(join(folder.bundle, 'manifest.json'), 'utf8'));
      expect(manifest.recipe.steps).toBe(5);
      const samples = await readFile(join(folder.bundle, 'samples.png'));
      expect(samples).toEqual(await readFile(join(folder.path, 'sheets', 'step-00000005.png')));
    });

    it('keeps its generator every so many steps and after the last, as it was then', async () => {
      await run(folder, config, { stopAt: 4 });
      const early = await latest(folder);
      await finish(folder, config);
      expect(await folder.snapshotSteps()).toEqual([4, 8, 10]);
      const [fourth, last] = [await folder.readSnapshot(4), await folder.readSnapshot(10)];
      expect(fourth).toMatchObject({ step: 4, data, config });
      expect(fourth.weights).toEqual(early.gan.average);
      expect(last.weights).toEqual((await latest(folder)).gan.average);
      expect(last.weights).not.toEqual(fourth.weights);
    });

    it('says how much memory it holds, and holds on to no tensor from step to step', async () => {
      await finish(folder, config);
      const rows = await folder.readMetrics();
      expect(rows.map(({ residentMegabytes }) => residentMegabytes)).toEqual(rows.map(() => 250));
      expect(new Set(rows.map(({ tensors }) => tensors)).size).toBe(1);
    });
  });

  describe('a damaged checkpoint', () => {
    it.each([
      ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
      [
        'changed in one byte',
        (bytes: Buffer) => bytes.fill((bytes.at(-5) ?? 0) ^ 1, bytes.length - 5, bytes.length - 4),
      ],
      ['empty', () => Buffer.alloc(0)],
      ['something else', () => Buffer.from('a text that is no checkpoint at all')],
    ])('that is %s is passed over for the one before, and named', async (_, damage) => {
      await finish(folder, config);
      const [newest = ''] = await folder.checkpoints();
      const path = join(folder.path, 'checkpoints', newest);
      await writeFile(path, damage(await readFile(path)));
      const warnings: string[] = [];
      const checkpoint = await folder.latestCheckpoint((message) => warnings.push(message));
      expect(checkpoint?.gan.step).toBe(9);
      expect(warnings).toEqual([expect.stringContaining(newest)]);
    });
  });

  async function latest(from: RunFolder) {
    const checkpoint = await from.latestCheckpoint((message) => expect.fail(message));
    return checkpoint ?? expect.fail('no checkpoint');
  }

  async function finish(into: RunFolder, config: TrainingConfig): Promise<void> {
    expect((await run(into, config, {})).finished).toBe(true);
  }

  /** Runs or resumes, asked to stop once step `stopAt` has been reported. */
  async function run(into: RunFolder, config: TrainingConfig, { stopAt }: { stopAt?: number }) {
    const stop = new AbortController();
    const checkpoint = await into.latestCheckpoint((message) => expect.fail(message));
    return train({
      config,
      data,
      images,
      folder: into,
      checkpoint,
      checkpointEvery: 3,
      sheetEvery: 5,
      snapshotEvery: 4,
      residentBytes: () => 2.5e8,
      reportEvery: 1,
      report: ({ step }: Progress) => step === stopAt && stop.abort(),
      warn: (message) => expect.fail(message),
      stopOnDivergence: false,
      now: () => performance.now(),
      clock: () => 1.8e12,
      signal: stop.signal,
    });
  }
});

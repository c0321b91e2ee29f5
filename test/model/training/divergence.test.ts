import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leastLosses, watchDivergence } from '../../../model/training/divergence.ts';
import { openRunFolder } from '../../../model/training/run/run-folder.ts';
import { train } from '../../../model/training/trainer.ts';
import { native } from '../../support/tensorflow.ts';
import { smallConfig, smallPictures } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  const losses = (loss: number) => ({ discriminatorReal: loss, discriminatorFake: loss, generator: 5 });

  /** What a watch says over `steps` steps of one loss, each thing once. */
  function said(watch: ReturnType<typeof watchDivergence>, loss: number, steps: number) {
    return Array.from({ length: steps }, () => watch.add(losses(loss))).filter((word) => word !== undefined);
  }

  describe('the watch over a run', () => {
    it('tells once when the discriminator wins for long, and again when it does so anew', () => {
      const watch = watchDivergence(smallConfig());
      expect(said(watch, 0.001, 199)).toEqual([]);
      expect(said(watch, 0.001, 801)).toEqual(['one-sided']);
      expect(said(watch, 0.5, 200)).toEqual([]);
      expect(said(watch, 0.001, 400)).toEqual(['one-sided']);
    });

    it('tells at once when both networks win, which contradicts itself, and once', () => {
      const watch = watchDivergence(smallConfig());
      const both = { discriminatorReal: 0.01, discriminatorFake: 0.01, generator: 0.01 };
      const words = (steps: number) => Array.from({ length: steps }, () => watch.add(both)).filter(Boolean);
      expect(words(19)).toEqual([]);
      expect(words(100)).toEqual(['contradiction']);
      expect(watch.add({ ...both, generator: 0.7 })).toBeUndefined();
      expect(words(20)).toEqual(['contradiction']);
    });

    it('is content with a fair game', () => {
      expect(said(watchDivergence(smallConfig()), 0.05, 1000)).toEqual([]);
    });

    it('measures from the least that smoothed and flipped labels leave', () => {
      // The entropy of 0.9, once; of 0.9 * 0.9 for real and 0.1 * 0.9 for fake labels.
      expect(leastLosses(smallConfig({ labels: { real: 0.9 } }))).toBeCloseTo(0.325083, 5);
      expect(leastLosses(smallConfig({ labels: { real: 0.9, flipRate: 0.1 } }))).toBeCloseTo(0.486223 + 0.302538, 5);
      expect(leastLosses(smallConfig({ loss: 'hinge', labels: { flipRate: 0.1 } }))).toBeCloseTo(0.4, 9);
      const watch = watchDivergence(smallConfig({ labels: { real: 0.9 } }));
      expect(said(watch, 0.326 / 2, 200)).toEqual(['one-sided']);
    });

    it('tells at once of a loss that is no number', () => {
      const watch = watchDivergence(smallConfig());
      expect(watch.add(losses(Number.NaN))).toBe('broken');
      expect(watch.add(losses(Number.POSITIVE_INFINITY))).toBe('broken');
      // A step that trains the discriminator alone has no loss of the generator.
      expect(watch.add({ ...losses(0.7), generator: Number.NaN })).toBeUndefined();
    });
  });

  describe('a run that diverges', () => {
    /** White, which a generator that does not learn never draws. */
    const white: Uint8Array = new Uint8Array(8 * 32 * 32 * 3).fill(255);
    /** A run whose discriminator is given a rate that breaks or frees it. */
    async function run(
      options: Parameters<typeof smallConfig>[0],
      { images = white, stopOnDivergence = false, epochs = 4, checkpointEvery = 1 } = {},
    ) {
      const folder = openRunFolder(await temporaryFolder());
      const warnings: string[] = [];
      const config = smallConfig({ ...options, epochs });
      const outcome = train({
        config,
        data: { name: 'stripes', images: 8, sha256: 'a'.repeat(64) },
        images,
        folder,
        checkpointEvery,
        sheetEvery: 1000,
        snapshotEvery: 0,
        residentBytes: () => 0,
        reportEvery: 1000,
        report: () => undefined,
        warn: (message) => warnings.push(message),
        stopOnDivergence,
        divergenceWindow: 20,
        now: () => 0,
        clock: () => 1.8e12,
        signal: new AbortController().signal,
      });
      return { folder, warnings, outcome };
    }

    it('to no numbers stops, says so, and keeps the last checkpoint that is good', async () => {
      const optimizer = { kind: 'sgd', rate: 1, momentum: 0.999 } as const;
      const { folder, outcome } = await run(
        { generatorOptimizer: optimizer, discriminatorOptimizer: optimizer },
        { images: smallPictures(8), epochs: 500 },
      );
      await expect(outcome).rejects.toMatchObject({
        code: 'training-failed',
        message: expect.stringMatching(
          /^Training has diverged: after step \d+ .+ checkpoint step-\d{8}.+ is kept; go on .+ --from /,
        ),
      });
      const kept = await folder.latestCheckpoint((message) => expect.fail(message));
      for (const values of kept?.gan.generator.weights.values() ?? expect.fail('no checkpoint'))
        expect(values.every(Number.isFinite)).toBe(true);
      expect(await readdir(join(folder.path, 'checkpoints'))).toHaveLength(2);
    });

    it.each([true, false])(
      'to a discriminator that always wins says so, and stops if it is to: %s',
      async (stopOnDivergence) => {
        const hopeless = {
          generatorOptimizer: { kind: 'sgd', rate: 1e-30 },
          discriminatorOptimizer: { kind: 'adam', rate: 1e-2 },
        } as const;
        const { outcome, warnings } = await run(hopeless, { stopOnDivergence, epochs: 50, checkpointEvery: 10 });
        const sentence = 'The discriminator tells all pictures apart';
        if (stopOnDivergence) {
          await expect(outcome).rejects.toThrow(sentence);
          await expect(outcome).rejects.toThrow(/The checkpoint step-000000[1-9]0\.safetensors is kept/);
        } else {
          expect((await outcome).finished).toBe(true);
          expect(warnings).toEqual([expect.stringContaining(sentence)]);
        }
      },
    );
  });
});

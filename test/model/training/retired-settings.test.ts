import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHyperparameters } from '../../../model/container/hyperparameters.ts';
import { decodeTensorFile, encodeTensorFile } from '../../../model/safetensors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../model/training/run/checkpoint.ts';
import { openRunFolder } from '../../../model/training/run/run-folder.ts';
import { decodeSnapshot, encodeSnapshot, snapshotOf } from '../../../model/training/run/snapshot.ts';
import { resolveConfig } from '../../../model/training/settings.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { smallConfig } from '../../support/training.ts';

/** What version 0.1 wrote of a run that asked for none of them. */
const off = {
  labels: { fake: 0 },
  augment: { border: 'mirror', cutout: 0 },
  r1: 0,
  r1Every: 16,
  freezeDiscriminator: 0,
};

/** Each of them as it was asked for, as a file and as a hyperparameter, and what is said of it. */
const asked: readonly (readonly [object, Record<string, string>, string])[] = [
  [{ labels: { fake: 0.1 } }, { 'fake-label': '0.1' }, 'fake-label is 0.1'],
  [{ augment: { border: 'black' } }, { border: 'black' }, 'border is black'],
  [{ augment: { cutout: 0.5 } }, { cutout: '0.5' }, 'cutout is 0.5'],
  [{ r1: 10 }, { r1: '10' }, 'r1 is 10'],
  [{ freezeDiscriminator: 2 }, { 'freeze-discriminator': '2' }, 'freeze-discriminator is 2'],
];

describe('a setting that is no more', () => {
  it('is passed over in a file where it was off', () => {
    expect(resolveConfig({ preset: 'fresh', file: off })).toEqual(resolveConfig({ preset: 'fresh' }));
  });

  it('is passed over in hyperparameters where it was off', () => {
    const names = { 'fake-label': '0', border: 'mirror', cutout: '0.0', r1: '0', 'r1-every': '8' };
    expect(readHyperparameters({ ...names, 'freeze-discriminator': '0' })).toEqual(readHyperparameters({}));
  });

  it.each(asked)('is refused in a file by a sentence that says what to do: %j', (file, _, says) => {
    expect(() => resolveConfig({ preset: 'fresh', file })).toThrow(`${says} here, a setting that version 0.1 had`);
  });

  it.each(asked)('is refused in hyperparameters like those of %j', (_, hyperparameters, says) => {
    expect(() => readHyperparameters(hyperparameters)).toThrow(`${says} here, a setting that version 0.1 had`);
  });

  describe('in what a run left', () => {
    const config = smallConfig({});
    const checkpoint = {
      config,
      data: { name: 'ten images', images: 10, sha256: 'abc' },
      gan: createGan(config),
      position: { order: Uint32Array.of(1, 0), next: 1 },
    };
    const kinds = [
      ['checkpoint', encodeCheckpoint(checkpoint), decodeCheckpoint],
      ['snapshot', encodeSnapshot(snapshotOf(checkpoint)), decodeSnapshot],
    ] as const;

    /** The file as version 0.1 would have written it. */
    function aged(bytes: Uint8Array, settings: Partial<typeof off>): Uint8Array {
      const { arrays, metadata } = decodeTensorFile(bytes, 'a file');
      const state = JSON.parse(metadata.state ?? '');
      const { labels, augment } = state.config;
      const older = {
        ...state.config,
        ...off,
        ...settings,
        labels: { ...labels, ...off.labels },
        augment: { ...augment, ...off.augment },
      };
      return encodeTensorFile({ arrays, metadata: { state: JSON.stringify({ ...state, config: older }) } });
    }

    it.each(kinds)('is passed over where it was off: %s', (_, bytes, decode) => {
      expect(decode(aged(bytes, {}), 'a file').config).toEqual(config);
    });

    it('is what a run that asked for it is refused by, instead of as damaged', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'freshcar-retired-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      await mkdir(join(folder, 'checkpoints'));
      const file = join(folder, 'checkpoints', 'step-00000002.safetensors');
      await writeFile(file, aged(encodeCheckpoint(checkpoint), { freezeDiscriminator: 2 }));
      const warnings: string[] = [];
      await expect(openRunFolder(folder).latestCheckpoint((warning) => warnings.push(warning))).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('freeze-discriminator is 2 here'),
      });
      expect(warnings).toEqual([]);
    });

    it.each(kinds)('is refused where it was on: %s', (_, bytes, decode) => {
      expect(() => decode(aged(bytes, { r1: 3 }), 'a file')).toThrow('r1 is 3 here, a setting that version 0.1 had');
    });
  });
});

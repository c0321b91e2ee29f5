import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseManifest } from '../../../model/bundle/read.ts';
import { writeScores } from '../../../model/bundle/write-scores.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

const hash = 'b'.repeat(64);
const evaluation = { protocol: 1, features: { name: 'f', sha256: hash }, data: { name: 'd', images: 3, sha256: hash } };

const latent = { scales: [0.5, 1], spreads: [0.4, 1] };

const manifestOf = async (bundle: string) => parseManifest(await readFile(join(bundle, 'manifest.json')), bundle);

it('replaces all scores that were there', async () => {
  const bundle = await writeRealBundle(await temporaryFolder(), 'noise');
  const manifest = await manifestOf(bundle);
  await writeScores(bundle, manifest, { scores: { kid: 1, old: 2 }, evaluation, latent });
  await writeScores(bundle, manifest, { scores: { kid: 3 }, evaluation, latent });
  expect(await manifestOf(bundle)).toEqual({ ...manifest, scores: { kid: 3 }, evaluation, latent });
});

it('refuses a bundle whose model is another one by now', async () => {
  const folder = await temporaryFolder();
  const measured = await manifestOf(await writeRealBundle(folder, 'measured', 32, 1));
  const bundle = await writeRealBundle(folder, 'other', 32, 2);
  await expect(writeScores(bundle, measured, { scores: {}, evaluation, latent })).rejects.toThrow(
    'holds another model by now',
  );
  expect((await manifestOf(bundle)).scores).toEqual({});
});

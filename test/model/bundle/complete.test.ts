import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { completeBundle } from '../../../model/bundle/complete.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';

const architecture = architectureSchema.parse({ latentSize: 4, channels: 8, baseChannels: 8, firstChannels: 8 });
const weights = formulaWeights(generator(architecture));
const about = { version: 'test-1', architecture, code: { name: 'freshcar', version: '0.0.0' } };

/** A bundle without its graph, and the graph that it had. */
async function incompleteBundle() {
  const folder = join(await mkdtemp(join(tmpdir(), 'freshcar-complete-')), 'bundle');
  await writeBundle(folder, { about, weights });
  const file = join(folder, 'generator.onnx');
  const graph = await readFile(file);
  await rm(file);
  return { folder, file, graph };
}

it('writes the graph that a bundle lacks as it was, to the bit', async () => {
  const { folder, file, graph } = await incompleteBundle();
  expect(await completeBundle(folder)).toBe(true);
  expect(await readFile(file)).toEqual(graph);
});

it('leaves a graph that is there as it is', async () => {
  const { folder, file } = await incompleteBundle();
  await writeFile(file, 'another');
  expect(await completeBundle(folder)).toBe(false);
  expect(await readFile(file, 'utf8')).toBe('another');
});

it('writes no graph that is not the one of the manifest, and says what to do', async () => {
  const { folder, file } = await incompleteBundle();
  const manifestFile = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  manifest.files['generator.onnx'].sha256 = '0'.repeat(64);
  await writeFile(manifestFile, JSON.stringify(manifest));
  await expect(completeBundle(folder)).rejects.toThrow(
    'another generator.onnx than test-1 was made with: export the model anew',
  );
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

it('writes no graph from weights that are not the bundle’s own', async () => {
  const { folder, file } = await incompleteBundle();
  const weightsFile = join(folder, 'weights.bin');
  const bytes = await readFile(weightsFile);
  bytes.writeFloatLE(0.5, 0);
  await writeFile(weightsFile, bytes);
  await expect(completeBundle(folder)).rejects.toThrow(/weights\.bin is damaged: its SHA-256 is/);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

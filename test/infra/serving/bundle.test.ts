import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ContextError } from '../../../infra/context.ts';
import { readBundles } from '../../../infra/serving/bundle.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';

const files = ['generator.onnx', 'model.json', 'weights.bin', 'manifest.json'];

/** A store's folder with two models and the pointer's text. */
async function storeWith(pointer: string): Promise<string> {
  const folder = await temporaryFolder();
  const models = path.join(folder, 'models');
  await mkdir(models);
  for (const version of ['one', 'two']) await writeRealBundle(models, version);
  await writeFile(path.join(models, 'current.json'), pointer);
  return folder;
}

it('takes the folder of a bundle', async () => {
  const folder = await writeRealBundle(await temporaryFolder(), 'one');
  expect(readBundles(folder)).toEqual([{ folder, version: 'one', files }]);
});

it("takes the folder of a store for its current model's", async () => {
  const folder = await storeWith('{"version":"two","previous":"one"}');
  expect(readBundles(folder)).toEqual([{ folder: path.join(folder, 'models/two'), version: 'two', files }]);
});

it('takes the alternates of a store too, in its order', async () => {
  const folder = await storeWith('{"version":"two","previous":"zero","alternates":["one"]}');
  expect(readBundles(folder).map(({ version }) => version)).toEqual(['two', 'one']);
});

it('refuses a model that lies under the name of another', async () => {
  const folder = await storeWith('{"version":"two","alternates":["three"]}');
  await rename(path.join(folder, 'models/one'), path.join(folder, 'models/three'));
  expect(() => readBundles(folder)).toThrow('models/three/manifest.json says that it is the model one');
});

it('refuses a bundle that lacks a file, and names it', async () => {
  const folder = await writeRealBundle(await temporaryFolder(), 'one');
  await rm(path.join(folder, 'generator.onnx'));
  expect(() => readBundles(folder)).toThrow(ContextError);
  expect(() => readBundles(folder)).toThrow('one lacks generator.onnx; npm run build writes');
});

it.each([
  ['a version of two dots in a row', (manifest: object) => ({ ...manifest, version: 'one..two' })],
  [
    'a file outside of it',
    (manifest: object) => ({ ...manifest, files: { '../x': { bytes: 1, sha256: 'a'.repeat(64) } } }),
  ],
  ['a file without its hash', (manifest: object) => ({ ...manifest, files: { x: { bytes: 1 } } })],
])('refuses a manifest with %s', async (_, change) => {
  const folder = await writeRealBundle(await temporaryFolder(), 'one');
  const file = path.join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
  expect(() => readBundles(folder)).toThrow('is not the manifest of a bundle');
});

it('takes the folder that is shipped', () => {
  expect(readBundles('model/pretrained')[0].files).toContain('card.md');
});

it.each([
  ['{"version":"three"}', 'models/three/manifest.json is not the manifest of a bundle'],
  ['{"version":"two","alternates":["three"]}', 'models/three/manifest.json is not the manifest of a bundle'],
  ['{"version":"two","alternates":["two"]}', 'models/current.json names no model'],
  [
    `{"version":"two","alternates":["one",${Array.from({ length: 8 }, (_, at) => `"m${at}"`)}]}`,
    'models/current.json names no model',
  ],
  ['{"version":"../two"}', 'models/current.json names no model'],
  // As the service reads it, which takes no two dots in a row, no name of the pointer, and nothing that it does not know.
  ['{"version":"two..one"}', 'models/current.json names no model'],
  ['{"version":"two","alternates":["current.json"]}', 'models/current.json names no model'],
  ['{"version":"two","other":1}', 'models/current.json names no model'],
  ['', 'models/current.json names no model'],
])('refuses a store whose pointer is %j, with a sentence', async (pointer, reason) => {
  const folder = await storeWith(pointer);
  expect(() => readBundles(folder)).toThrow(ContextError);
  expect(() => readBundles(folder)).toThrow(reason);
});

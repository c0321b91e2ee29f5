import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { sha256 } from '../../../model/files.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { publishBundle } from '../../../model/store/publish.ts';
import type { BundleSource, BundleStore } from '../../../model/store/store.ts';
import { temporaryFolder } from './bundle-fixture.ts';
import { storeKinds } from './stores.ts';

interface Bundle {
  readonly source: BundleSource;
  readonly manifest: Manifest;
}

/** A bundle of three files; stores do not look inside. */
async function bundleOf(version: string, network = `the network of ${version}`): Promise<Bundle> {
  const folder = await temporaryFolder();
  const contents = { 'generator.onnx': network, 'weights.bin': `the weights of ${version}`, 'card.md': 'a card' };
  const files = Object.fromEntries(
    Object.entries(contents).map(([name, text]) => [name, { bytes: text.length, sha256: sha256(Buffer.from(text)) }]),
  );
  for (const [name, text] of Object.entries(contents)) await writeFile(path.join(folder, name), text);
  const code = { name: 'freshcar', version: '0.1.0' };
  const manifest = { format: 1, version, architecture: { latentSize: 100, imageSize: 32 }, files, code };
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  const source = await openFolder(folder);
  return { source, manifest: await source.readManifest(version) };
}

/** The store, whose `after`-th write never happens. */
function interrupted(store: BundleStore, after: number): BundleStore {
  let writes = 0;
  return {
    ...store,
    async addFile(...file) {
      writes += 1;
      if (writes === after) throw new Error('the network is gone');
      return store.addFile(...file);
    },
  };
}

describe.each(storeKinds)('publishing to $kind', ({ start, missing }) => {
  const publish = ({ source, manifest }: Bundle, store: BundleStore, dryRun = false) =>
    publishBundle(source, manifest, store, { dryRun });

  it.skipIf(missing)('writes every file, and leaves the pointer alone', async () => {
    const { store, list } = await start();
    const bundle = await bundleOf('fronts-32');
    expect(await publish(bundle, store)).toBe('published');
    const names = ['card.md', 'generator.onnx', 'manifest.json', 'weights.bin'];
    expect(await list()).toEqual(names.map((name) => `models/fronts-32/${name}`));
    const manifest = await store.readManifest('fronts-32');
    expect(manifest).toEqual(bundle.manifest);
    expect(Buffer.from(await store.readFile(manifest, 'card.md')).toString()).toBe('a card');
  });

  it.skipIf(missing)('writes nothing on a dry run, but checks the bundle', async () => {
    const { store, list } = await start();
    const bundle = await bundleOf('fronts-32');
    expect(await publish(bundle, store, true)).toBe('published');
    await writeFile(path.join(bundle.source.location, 'weights.bin'), 'other');
    await expect(publish(bundle, store, true)).rejects.toMatchObject({ code: 'damaged-bundle' });
    expect(await list()).toEqual([]);
  });

  it.skipIf(missing)(
    'leaves nothing to be served wherever it is interrupted, and finishes when begun again',
    async () => {
      const { store, list } = await start();
      const bundle = await bundleOf('fronts-32');
      for (const after of [1, 2, 3, 4]) {
        await expect(publish(bundle, interrupted(store, after))).rejects.toThrow('the network is gone');
        await expect(store.readManifest('fronts-32')).rejects.toMatchObject({ code: 'not-found' });
        expect(await list()).toHaveLength(after - 1);
      }
      expect(await publish(bundle, store)).toBe('published');
      expect(await store.readManifest('fronts-32')).toEqual(bundle.manifest);
    },
  );

  it.skipIf(missing)('has nothing to do when the store has this very bundle', async () => {
    const { store } = await start();
    const bundle = await bundleOf('fronts-32');
    await publish(bundle, store);
    expect(await publish(bundle, store)).toBe('present');
  });

  it.skipIf(missing)('never changes a version that is there', async () => {
    const { store } = await start();
    const first = await bundleOf('fronts-32');
    await publish(first, store);
    for (const dryRun of [true, false]) {
      await expect(publish(await bundleOf('fronts-32', 'another'), store, dryRun)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('another version'),
      });
    }
    expect(await store.readManifest('fronts-32')).toEqual(first.manifest);
  });

  it.skipIf(missing)('does not mix with what somebody else left half-published', async () => {
    const { store } = await start();
    await store.addFile('fronts-32', 'weights.bin', Buffer.from('somebody else’s weights'));
    await expect(publish(await bundleOf('fronts-32'), store)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('weights.bin'),
    });
    await expect(store.readManifest('fronts-32')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.skipIf(missing)('gives one version one bundle when two publish at once', async () => {
    const { store } = await start();
    const bundles = [await bundleOf('fronts-32', 'mine'), await bundleOf('fronts-32', 'yours')];
    const outcomes = await Promise.allSettled(bundles.map((bundle) => publish(bundle, store)));
    const winners = bundles.filter((_, at) => outcomes[at]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const { manifest } of winners) {
      expect(await store.readManifest('fronts-32')).toEqual(manifest);
      for (const name of Object.keys(manifest.files)) await store.readFile(manifest, name);
    }
  });
});

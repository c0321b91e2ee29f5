import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { folderStore } from '../../../model/store/folder-store.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Store } from '../../../model/store/s3.ts';
import type { BundleStore } from '../../../model/store/store.ts';
import { bundleFiles, temporaryFolder } from './bundle-fixture.ts';
import { startS3 } from './s3-server.ts';
import { needsVersitygw, startVersitygw, versitygw } from './versitygw.ts';

export interface StoreFixture {
  readonly store: BundleStore;
  /** The keys of all that lies in the store, sorted. */
  list(): Promise<string[]>;
}

async function folderFixture(): Promise<StoreFixture> {
  const folder = await temporaryFolder();
  const list = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name))).sort();
  };
  return { store: folderStore(folder), list };
}

async function bucketFixture(): Promise<StoreFixture> {
  const s3 = await startS3(new Map(), startVersitygw);
  const retry = { ...defaultRetry, budget: 400, firstPause: 2 };
  const list = async () => {
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.bucket }));
    return Contents.map(({ Key = '' }) => Key).sort();
  };
  return { store: s3Store({ client: s3.client, bucket: s3.bucket, retry }), list };
}

/** Both kinds of store: what one promises the other keeps. */
export const storeKinds = [
  { kind: 'a folder', start: folderFixture, missing: false },
  { kind: `a bucket${needsVersitygw}`, start: bucketFixture, missing: versitygw === undefined },
];

/** Publishes small bundles. */
export async function addVersions(store: BundleStore, ...versions: string[]): Promise<void> {
  for (const version of versions) {
    for (const [name, bytes] of bundleFiles(version)) await store.addFile(version, name, bytes);
  }
}

/** Two views of a store that both read the pointer before either writes it. */
export function atOnce(store: BundleStore): [BundleStore, BundleStore] {
  let bothRead = () => {};
  const barrier = new Promise<void>((resolve) => {
    bothRead = resolve;
  });
  let reads = 0;
  const view: BundleStore = {
    ...store,
    async readPointer(etag) {
      const reading = store.readPointer(etag);
      await reading.catch(() => undefined);
      reads += 1;
      if (reads === 2) bothRead();
      await barrier;
      return reading;
    },
  };
  return [view, view];
}

/** Versions that cannot be served, each with the code of the error that says so; `addUnusable` puts them into a store. */
export const unusable = {
  none: 'not-found',
  half: 'not-found',
  wrong: 'damaged-bundle',
  '../x': 'invalid-input',
} as const;

export async function addUnusable(store: BundleStore): Promise<void> {
  for (const version of ['half', 'wrong'])
    await store.addFile(version, 'manifest.json', bundleFiles(version).get('manifest.json') ?? Buffer.alloc(0));
  await store.addFile('wrong', 'generator.onnx', Buffer.from('the network of other'));
}

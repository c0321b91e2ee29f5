import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { FreshcarError } from '../errors.ts';
import { sha256, writeNew, writeWhole } from '../files.ts';
import { readBytes, readManifestOf, readVerified } from './folder-files.ts';
import {
  candidatesPrefix,
  checkVersion,
  formatPointer,
  modelsPrefix,
  parsePointer,
  pointerConflict,
  pointerName,
} from './pointer.ts';
import type { BundleCollection, BundleStore } from './store.ts';

/** A folder laid out as a bucket is: `models/current.json` and `models/<version>/`. Writing makes it. */
export function folderStore(location: string): BundleStore {
  const pointerFile = path.join(location, modelsPrefix, pointerName);
  return {
    ...folderCollection(location, modelsPrefix),
    candidates: folderCollection(location, candidatesPrefix()),
    async readPointer(knownEtag) {
      const bytes = await readBytes(pointerFile);
      const etag = sha256(bytes);
      if (etag === knownEtag) return undefined;
      return { pointer: parsePointer(bytes.toString(), pointerFile, etag), etag };
    },
    async writePointer(pointer, etag) {
      if (etag === undefined) {
        if (!(await writeNew(pointerFile, formatPointer(pointer)))) throw pointerConflict(pointerFile);
        return;
      }
      await whileLocked(`${pointerFile}.lock`, async () => {
        const found = await readFile(pointerFile).catch(() => undefined);
        if (!found || sha256(found) !== etag) throw pointerConflict(pointerFile);
        await writeWhole(pointerFile, formatPointer(pointer));
      });
    },
  };
}

function folderCollection(location: string, prefix: string): BundleCollection {
  const folderOf = (version: string) => {
    checkVersion(version);
    return path.join(location, prefix, version);
  };
  return {
    location,
    readManifest: async (version) => readManifestOf(folderOf(version), version),
    readFile: async (manifest, name) => readVerified(folderOf(manifest.version), manifest, name),
    addFile: async (version, name, bytes) => writeNew(path.join(folderOf(version), name), bytes),
  };
}

/** A file system compares nothing before it renames, so whoever replaces the pointer holds a file of this name meanwhile. */
async function whileLocked(lock: string, work: () => Promise<void>): Promise<void> {
  if (!(await writeNew(lock, `Process ${process.pid} on ${hostname()}\n`))) {
    const holder = await readFile(lock, 'utf8').catch(() => 'Another process');
    const message = `${holder.trim()} is changing the pointer. Try again; if it ended without finishing, delete ${lock} first.`;
    throw new FreshcarError('conflict', message);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

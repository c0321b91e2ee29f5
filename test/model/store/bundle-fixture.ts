import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A bundle as file names and bytes; stores do not look inside the files, so neither is a real network. */
export function bundleFiles(version: string, onnx = `the network of ${version}`): Map<string, Buffer> {
  const bytes = Buffer.from(onnx);
  const manifest = {
    format: 1,
    version,
    architecture: { latentSize: 100, imageSize: 32 },
    files: { 'generator.onnx': { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } },
    code: { name: 'freshcar', version: '0.1.0' },
  };
  return new Map([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['generator.onnx', bytes],
  ]);
}

/** A store's files by key, with `version` current and after `previous`. */
export function storeFiles(version: string, previous?: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>([['models/current.json', Buffer.from(JSON.stringify({ version, previous }))]]);
  for (const name of previous === undefined ? [version] : [version, previous]) {
    for (const [file, bytes] of bundleFiles(name)) files.set(`models/${name}/${file}`, bytes);
  }
  return files;
}

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'freshcar-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

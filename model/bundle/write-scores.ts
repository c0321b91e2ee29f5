import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshcarError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { type Manifest, manifestName, onnxName } from './manifest.ts';
import { entryOf, parseManifest } from './read.ts';

/** The parts of a manifest that are measured. */
export type Measured = { readonly [Part in 'scores' | 'evaluation' | 'latent']: NonNullable<Manifest[Part]> };

/** @throws FreshcarError `invalid-input` when `folder` is a store: its models never change once published. */
export async function requireBundle(folder: string): Promise<void> {
  if (await stat(join(folder, manifestName)).catch(() => undefined)) return;
  throw new FreshcarError(
    'invalid-input',
    `${folder} is a store, whose models never change: save the scores into the bundle, then publish it.`,
  );
}

/**
 * Puts what was measured into the manifest of the bundle at `folder`, in the place of those that were there; nothing else changes, and a
 * reader sees the old manifest or the new one.
 *
 * @param measured the manifest of the model that was measured.
 * @throws FreshcarError as `requireBundle` does, and `conflict` when the folder holds another model by now.
 */
export async function writeScores(folder: string, measured: Manifest, parts: Measured): Promise<void> {
  await requireBundle(folder);
  const path = join(folder, manifestName);
  const manifest = parseManifest(await readFile(path), folder);
  if (entryOf(manifest, onnxName).sha256 !== entryOf(measured, onnxName).sha256)
    throw new FreshcarError('conflict', `${folder} holds another model by now; measure that one.`);
  const text = `${JSON.stringify({ ...manifest, ...parts }, undefined, 2)}\n`;
  // Nothing is written that its own reader would refuse: JSON makes null of a number that is none.
  parseManifest(text, `${folder}, as it would be with these scores`);
  await writeWhole(path, text);
}

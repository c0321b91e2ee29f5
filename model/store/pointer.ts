import { z } from 'zod';
import { modelVersionSchema } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import type { Pointer } from './store.ts';

/** The folder, or the start of every key, under which a store keeps its bundles. */
export const modelsPrefix = 'models/';
/** The file beside the bundles that names the served version. */
export const pointerName = 'current.json';

const pointerSchema = z.strictObject({
  version: modelVersionSchema,
  previous: modelVersionSchema.optional(),
});

/**
 * Reads the text of `current.json`.
 *
 * @param where Names the file in the error message.
 * @throws FreshcarError `damaged-bundle` when it is not a pointer.
 */
export function parsePointer(text: string, where: string): Pointer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FreshcarError('damaged-bundle', `${where} is not JSON; promote a version again to write it anew.`, {
      cause,
    });
  }
  const result = pointerSchema.safeParse(value);
  if (!result.success) {
    const reason = z.prettifyError(result.error);
    throw new FreshcarError('damaged-bundle', `${where} does not name a model version (${reason}); promote one again.`);
  }
  const { version, previous } = result.data;
  return previous === undefined ? { version } : { version, previous };
}

/** @throws FreshcarError `invalid-input` when `version` could reach out of its folder or is no version at all. */
export function checkVersion(version: string): void {
  if (!modelVersionSchema.safeParse(version).success) {
    throw new FreshcarError('invalid-input', `${JSON.stringify(version)} is not a model version.`);
  }
}

import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { parseJson } from '../json.ts';
import { type FileEntry, type Manifest, manifestName, manifestSchema } from './manifest.ts';

/** Bytes of the longest manifest that is read: those of the shipped models have 3,000. */
export const manifestLimit = 2 ** 20;

/**
 * Reads a manifest; `location` says where it was found, for the error's sentence.
 *
 * @throws FreshcarError `damaged-bundle` that names the file and the fields that are wrong.
 */
export function parseManifest(content: Uint8Array | string, location: string): Manifest {
  const damaged = (why: string, cause: unknown) =>
    new FreshcarError('damaged-bundle', `${manifestName} in ${location} cannot be used: ${why}.`, { cause });
  if (content.length > manifestLimit) throw damaged(`it is longer than ${manifestLimit} bytes`, undefined);
  const json = attempt(() => parseJson(typeof content === 'string' ? content : new TextDecoder().decode(content)));
  if ('failure' in json) throw damaged('it is no JSON', json.failure);
  // Lists in lists in lists can be deeper than any check goes.
  const checked = attempt(() => manifestSchema.safeParse(json.value));
  if ('failure' in checked) throw damaged('it cannot be checked', checked.failure);
  const parsed = checked.value;
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  throw damaged(faults.join('; '), parsed.error);
}

function attempt<Value>(work: () => Value): { readonly value: Value } | { readonly failure: unknown } {
  try {
    return { value: work() };
  } catch (failure) {
    return { failure };
  }
}

/** The manifest's entry for a file. @throws FreshcarError `damaged-bundle` when it lists none of that name. */
export function entryOf(manifest: Manifest, name: string): FileEntry {
  const entry = Object.hasOwn(manifest.files, name) ? manifest.files[name] : undefined;
  if (entry === undefined)
    throw new FreshcarError('damaged-bundle', `${manifestName} of model ${manifest.version} lists no file ${name}.`);
  return entry;
}

/** Returns `bytes` when they are what the manifest says. @throws FreshcarError `damaged-bundle` that says how they differ. */
export function verifyFile(bytes: Uint8Array, entry: FileEntry, name: string): Uint8Array {
  const damaged = (why: string) => new FreshcarError('damaged-bundle', `${name} is damaged: ${why}.`);
  if (bytes.length !== entry.bytes) throw damaged(`it has ${bytes.length} bytes instead of ${entry.bytes}`);
  const found = sha256(bytes);
  if (found !== entry.sha256) throw damaged(`its SHA-256 is ${found} instead of ${entry.sha256}`);
  return bytes;
}

import { readFile } from 'node:fs/promises';
import { modelVersionSchema } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';

/** What can be said of a bundle on the command line. */
export interface BundleFlags {
  readonly out: string;
  readonly version?: string;
  readonly card?: string;
  readonly replace?: boolean;
}

/** The flags, checked, and the card as text. @throws FreshcarError `invalid-input` that names the flag. */
export async function readBundleFlags(flags: BundleFlags): Promise<{ version?: string; card?: string }> {
  const version = flags.version === undefined ? undefined : modelVersionSchema.safeParse(flags.version);
  if (version?.success === false)
    throw new FreshcarError(
      'invalid-input',
      `--version: ${version.error.issues.map(({ message }) => message).join('; ')}.`,
    );
  const card = flags.card === undefined ? undefined : await readCard(flags.card);
  return { ...(version && { version: version.data }), ...(card !== undefined && { card }) };
}

async function readCard(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read the card ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

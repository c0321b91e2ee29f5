import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';
import { parseJson } from '../json.ts';
import { parseNpy } from './npy.ts';
import { besides, type Provenance, provenanceSchema } from './provenance.ts';

/** A packed dataset in memory. */
export interface Dataset {
  /** Pictures one after the other: rows top to bottom, columns, RGB, 0 to 255. */
  readonly images: Uint8Array;
  readonly count: number;
  /** Pixels each way. */
  readonly imageSize: number;
  /** SHA-256 of the whole `.npy` file. */
  readonly sha256: string;
  /** The `.json` beside it; undefined where there is none, as with an array that NumPy wrote. */
  readonly provenance: Provenance | undefined;
}

/**
 * Reads a packed `.npy` and the `.json` beside it, and checks one against the other.
 *
 * @throws FreshcarError `not-found` when there is no such file, `invalid-input` when it is no array of square uint8
 * pictures, `damaged-bundle` when its bytes are not those that the `.json` names.
 */
export async function readDataset(path: string): Promise<Dataset> {
  const { bytes, sha256 } = await readHashed(path);
  const { images, count, imageSize } = parseNpy(bytes, path);
  const provenance = await readProvenance(besides(path, '.json'));
  if (provenance && provenance.sha256 !== sha256)
    throw new FreshcarError(
      'damaged-bundle',
      `${path} is not the file that ${besides(path, '.json')} describes: its SHA-256 is ${sha256} instead of ` +
        `${provenance.sha256}. Pack the pictures again with freshcar dataset prepare.`,
    );
  return { images, count, imageSize, sha256, provenance };
}

async function readProvenance(path: string): Promise<Provenance | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new FreshcarError('unavailable', `Could not read ${path}: ${reasonOf(cause)}.`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    return provenanceSchema.parse(parseJson(text));
  } catch (cause) {
    throw new FreshcarError('damaged-bundle', `${path} is not the provenance of a packed dataset.`, { cause });
  }
}

/** Reads in pieces, because one read of Node ends at 2 GB. */
async function readHashed(path: string): Promise<{ bytes: Uint8Array; sha256: string }> {
  try {
    const file = await open(path);
    try {
      const bytes = new Uint8Array((await file.stat()).size);
      const hash = createHash('sha256');
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 1 << 24));
        if (bytesRead === 0) throw new Error('it was cut short while it was read');
        hash.update(bytes.subarray(at, at + bytesRead));
        at += bytesRead;
      }
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'not-found' : 'unavailable';
    throw new FreshcarError(code, `Could not read ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

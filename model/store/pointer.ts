import { z } from 'zod';
import { modelVersionSchema } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { Author, Pointer, PointerChange } from './store.ts';

/** The folder, or the start of every key, under which a store keeps its bundles. */
export const modelsPrefix = 'models/';
/** The same for those that nobody let through yet: beside the others, never below them. */
export function candidatesPrefix(prefix: string = modelsPrefix): string {
  return prefix === modelsPrefix ? 'candidates/' : `${prefix.slice(0, -1)}-candidates/`;
}
/** The file beside the bundles that names the served version. */
export const pointerName = 'current.json';

/** How many alternates the current version can have: each stays loaded in every copy of the service. */
export const alternatesLimit = 8;

/** How many changes the pointer remembers. The bucket's own versions of the file go further back. */
const historyLimit = 20;

const changeSchema = z.strictObject({
  at: z.iso.datetime(),
  by: z.string().min(1).max(200),
  did: z.enum(['promoted', 'rolled back to', 'offered', 'withdrew']),
  version: modelVersionSchema,
});

const parts = z
  .strictObject({
    version: modelVersionSchema,
    previous: modelVersionSchema.optional(),
    alternates: z.array(modelVersionSchema).max(alternatesLimit).default([]),
    history: z.array(changeSchema).max(historyLimit).default([]),
  })
  .refine(({ version, alternates }) => new Set([version, ...alternates]).size === 1 + alternates.length, {
    path: ['alternates'],
    message: 'it names a version twice',
  });

/** Alternates were called `beside` up to version 0.1. */
const pointerSchema = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('beside' in value) || 'alternates' in value) return value;
  const { beside, ...others } = value;
  return { ...others, alternates: beside };
}, parts);

/** A pointer that names no version. Its ETag lets it be replaced by one that does. */
export class DamagedPointerError extends FreshcarError {
  readonly etag: string;

  constructor(where: string, reason: string, etag: string) {
    super('damaged-bundle', `${where} names no model version (${reason}). Promote one to write it anew.`);
    this.name = 'DamagedPointerError';
    this.etag = etag;
  }
}

/**
 * Reads the text of `current.json`.
 *
 * @param where Names the file in the error message.
 * @throws DamagedPointerError when it is not a pointer.
 */
export function parsePointer(text: string, where: string, etag: string): Pointer {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new DamagedPointerError(where, 'it is no JSON', etag);
  }
  const result = pointerSchema.safeParse(value);
  if (!result.success) throw new DamagedPointerError(where, z.prettifyError(result.error), etag);
  return pointerOf(result.data);
}

interface PointerParts {
  readonly version: string;
  readonly previous?: string | undefined;
  readonly alternates?: readonly string[] | undefined;
  readonly history?: readonly PointerChange[] | undefined;
}

/** The parts that say something, in the order of the file. */
function pointerOf({ version, previous, alternates = [], history = [] }: PointerParts): Pointer {
  return {
    version,
    ...(previous !== undefined && { previous }),
    ...(alternates.length > 0 && { alternates }),
    ...(history.length > 0 && { history }),
  };
}

/**
 * What the pointer says once `version` is the current one: the one that was is remembered for a rollback, and the
 * alternates stay, without the one that is current now.
 *
 * @param pointer What it said before; undefined when it said nothing.
 */
export function movedPointer(pointer: Pointer | undefined, version: string): Pointer {
  if (pointer?.version === version) return pointer;
  const alternates = pointer?.alternates?.filter((other) => other !== version);
  return pointerOf({ version, previous: pointer?.version, alternates, history: pointer?.history });
}

/**
 * Whether a pointer names a version, as the current, the previous or an alternate one: only those are served by name. A
 * candidate, and what was withdrawn, is nobody's business.
 */
export function pointerNames({ version, previous, alternates = [] }: Pointer, name: string): boolean {
  return name === version || name === previous || alternates.includes(name);
}

/** What the pointer says once just these versions are alternates to the current one. */
export function offeringPointer(pointer: Pointer, alternates: readonly string[]): Pointer {
  return pointerOf({ ...pointer, alternates });
}

/** What the pointer says once a version is neither an alternate nor the one that a rollback goes to. */
export function withdrawingPointer({ previous, ...pointer }: Pointer, version: string): Pointer {
  const alternates = pointer.alternates?.filter((other) => other !== version);
  return pointerOf({ ...pointer, alternates, previous: previous === version ? undefined : previous });
}

/** The same pointer, with who changed it at the top of its history; as it is where nobody is named. */
export function signedPointer(
  pointer: Pointer,
  author: Author | undefined,
  change: Pick<PointerChange, 'did' | 'version'>,
): Pointer {
  if (author === undefined) return pointer;
  const { history = [] } = pointer;
  return pointerOf({ ...pointer, history: [{ ...author, ...change }, ...history].slice(0, historyLimit) });
}

/** The text of `current.json`. */
export function formatPointer(pointer: Pointer): string {
  return `${JSON.stringify(pointer)}\n`;
}

/** What whoever came second is told. */
export function pointerConflict(where: string, cause?: unknown): FreshcarError {
  const message = `Somebody else changed ${where} at the same time, so it was left as it is. Look at it, then try again.`;
  return new FreshcarError('conflict', message, { cause });
}

/** @throws FreshcarError `invalid-input` when `version` could reach out of its folder or is no version at all. */
export function checkVersion(version: string): void {
  if (!modelVersionSchema.safeParse(version).success) {
    throw new FreshcarError('invalid-input', `${JSON.stringify(version)} is not a model version.`);
  }
}

import { onnxName } from '../../../model/bundle/manifest.ts';
import type { ServedModel } from '../models/served-model.ts';

/** What a picture of a named seed is told to caches: the model behind its address may change. */
export const changesWithModel = 'public, max-age=300, stale-while-revalidate=86400';
/** And where the address names the model too, nothing about it ever changes. */
export const neverChanges = 'public, max-age=31536000, immutable';
export const neverStored = 'no-store';

/**
 * A weak ETag: the same model, seed and parameters draw the same car, but another kind of processor may round a
 * channel by 1. A part of the file's hash tells apart two exports that carry the same version.
 */
export function etagOf({ manifest }: ServedModel, parameters: readonly (string | number)[]): string {
  const hash = manifest.files[onnxName]?.sha256.slice(0, 8) ?? '';
  return `W/"${[manifest.version, hash, ...parameters].join('.')}"`;
}

/** Whether `If-None-Match` has this ETag, compared weakly (RFC 9110, 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

import type { Manifest } from '../bundle/manifest.ts';

/**
 * Where bundles live: a folder or an S3 bucket, both laid out alike. A bundle is `models/<version>/`, never changed once
 * written; `models/current.json` names the version that is served, the one before it, and those that are offered beside it.
 */

/** What `models/current.json` says. */
export interface Pointer {
  readonly version: string;
  /** The version before this one, for a rollback; absent for the first. */
  readonly previous?: string;
  /** Up to 8 other versions that the service offers beside this one, such as larger cars; absent where there are none. */
  readonly beside?: readonly string[];
}

/** One reading of the pointer; `etag` tells a later reading whether it changed. */
export interface PointerReading {
  readonly pointer: Pointer;
  readonly etag: string;
}

/** Read access to bundles. Every method throws FreshcarError: `not-found`, `unavailable` or `damaged-bundle`. */
export interface BundleSource {
  /** For log lines and error messages: `s3://bucket` or a path. */
  readonly location: string;
  /** Reads the pointer; returns undefined when it still has `knownEtag`. */
  readPointer(knownEtag?: string): Promise<PointerReading | undefined>;
  readManifest(version: string): Promise<Manifest>;
  /** The bytes of one file that the manifest lists, checked against its size and SHA-256. */
  readFile(manifest: Manifest, name: string): Promise<Uint8Array>;
}

/**
 * Write access to a store, safe beside other writers: nothing is ever overwritten that the writer has not seen.
 * Every method throws FreshcarError `unavailable` when the store cannot be written.
 */
export interface BundleStore extends BundleSource {
  /** Adds a file to a version; returns false, and changes nothing, when one of that name is there already. */
  addFile(version: string, name: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Replaces the pointer that `etag` was read with, or writes the first one when `etag` is undefined.
   *
   * @throws FreshcarError `conflict` when it is no longer as it was read.
   */
  writePointer(pointer: Pointer, etag: string | undefined): Promise<void>;
}

import type { Manifest } from '../bundle/manifest.ts';

/**
 * Where bundles live: a folder or an S3 bucket, both laid out alike. A bundle is `models/<version>/`, never changed once
 * written; `models/current.json` names the version that is served, the one before it, and its alternates.
 */

/** What `models/current.json` says. */
export interface Pointer {
  readonly version: string;
  /** The version before this one, for a rollback; absent for the first. */
  readonly previous?: string;
  /** Up to 8 other versions that the service offers too, such as larger cars; absent where there are none. */
  readonly alternates?: readonly string[];
  /** The last changes of this file, newest first; absent where none was told. */
  readonly history?: readonly PointerChange[];
}

/** One change of the pointer: who made it, what it was, and when. */
export interface PointerChange {
  /** ISO 8601. */
  readonly at: string;
  /** Who says to have made it: a person's account and machine, or the training line and its run. */
  readonly by: string;
  readonly did: 'promoted' | 'rolled back to' | 'offered' | 'withdrew';
  readonly version: string;
}

/** Who changes the pointer, and when. */
export type Author = Pick<PointerChange, 'at' | 'by'>;

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

/** A place in a store that holds bundles by version. */
export interface BundleCollection extends Omit<BundleSource, 'readPointer'> {
  /** Adds a file to a version; returns false, and changes nothing, when one of that name is there already. */
  addFile(version: string, name: string, bytes: Uint8Array): Promise<boolean>;
}

/**
 * Write access to a store, safe beside other writers: nothing is ever overwritten that the writer has not seen.
 * Every method throws FreshcarError `unavailable` when the store cannot be written.
 */
export interface BundleStore extends BundleSource, BundleCollection {
  /**
   * Bundles that nobody let through yet, apart from the others: the service may not even read them. A promotion moves one to
   * its place among the others.
   */
  readonly candidates: BundleCollection;
  /**
   * Replaces the pointer that `etag` was read with, or writes the first one when `etag` is undefined.
   *
   * @throws FreshcarError `conflict` when it is no longer as it was read.
   */
  writePointer(pointer: Pointer, etag: string | undefined): Promise<void>;
}

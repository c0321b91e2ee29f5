import type { Picture } from '../../image.ts';

/** A part of a picture, in pixels of the upright original: `left` and `top` from 0, `width` and `height` at least 1. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One picture that a source offers: a file to be decoded, or pixels that are there already. */
export interface SourcePicture {
  /** Its path inside the source with forward slashes, or its number; unique, and what lists of pictures call it. */
  readonly name: string;
  readonly content: { readonly file: string } | { readonly picture: Picture };
  /** Where the car is, for sources that know. */
  readonly box?: Box | undefined;
}

/** Something that a source found and could not offer as a picture. */
export interface Unreadable {
  readonly name: string;
  readonly reason: string;
}

/** What a source found. */
export interface Listing {
  /** How many pictures there will be. */
  readonly count: number;
  /** The pictures in an order that depends on nothing but their names. */
  readonly pictures: Iterable<SourcePicture> | AsyncIterable<SourcePicture>;
  /** Folders and files that could not be looked into. */
  readonly unreadable: readonly Unreadable[];
  /** Files that lie there and are no pictures; left out where a source reads lists. */
  readonly passedOver?: readonly string[];
  /** Facts worth keeping in the provenance, such as which lists were read. */
  readonly notes: Readonly<Record<string, string | number>>;
}

/** A place that pictures come from. Each layout of files that people have is one of these. */
export interface Source {
  readonly kind: string;
  /** The base name of the folder or file, without the machine's path to it. */
  readonly name: string;
  /** Whether it knows where the car is in each picture. */
  readonly hasBoxes: boolean;
  list(): Promise<Listing>;
}

/** Why a picture cannot be read, in words for a list of such pictures. */
export class UnreadablePicture extends Error {}

import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FreshcarError } from '../errors.ts';
import { besides, type Provenance, parseProvenance } from './provenance.ts';

/** The files of one dataset that is about to be written. */
export interface NewFiles {
  /** The `.npy`. */
  readonly array: string;
  /** Whether a contact sheet goes beside it. */
  readonly sheet: boolean;
}

/**
 * Finds out before the work whether all files may be written: nothing that this program did not write is ever replaced. A `.npy` is
 * its own where a provenance lies beside it, a `.json` where it is one, a `.png` where it is marked as a contact sheet.
 *
 * @param inputs Files that are read; none of them may be written over.
 * @throws FreshcarError `conflict` that names what is in the way, `invalid-input` when it is a folder or an input.
 */
export async function refuseForeign(files: readonly NewFiles[], inputs: readonly string[]): Promise<void> {
  const real = new Set(await Promise.all(inputs.map(realOf)));
  for (const { array, sheet } of files) {
    const [json, png] = [besides(array, '.json'), besides(array, '.png')];
    for (const path of [array, json, ...(sheet ? [png] : [])]) await refuseFolder(path, real);
    const text = await contentOf(json);
    const known = text === undefined ? undefined : parseProvenance(text.toString());
    if (text !== undefined && known === undefined) throw inTheWay(json);
    if (known === undefined && (await exists(array))) throw inTheWay(array);
    if (sheet && (await exists(png)) && !(await isSheet(png, known))) throw inTheWay(png);
  }
}

/** Which of a folder's files this program wrote: packed arrays, their provenance, and contact sheets that it knows. */
export async function ownFilesIn(
  folder: string,
  names: readonly string[],
): Promise<(name: string) => Promise<boolean>> {
  const own = new Map<string, Provenance>();
  for (const name of names.filter((one) => one.endsWith('.npy'))) {
    const text = await contentOf(join(folder, besides(name, '.json')));
    const known = text && parseProvenance(text.toString());
    if (known) own.set(name, known);
  }
  return async (name) => {
    for (const [array, known] of own) {
      if (name === array || name === besides(array, '.json')) return true;
      if (name === besides(array, '.png') && (await isSheet(join(folder, name), known))) return true;
    }
    return false;
  };
}

/** A text chunk of PNG, by which contact sheets are known for what they are, among a user's own pictures. */
export const sheetMark = { type: 'tEXt', data: Buffer.from('Software\0freshcar dataset prepare', 'latin1') };

/** One from before there were marks is known by its provenance, which names no pictures either; `split` writes none. */
async function isSheet(png: string, known: Provenance | undefined): Promise<boolean> {
  const content = await contentOf(png);
  // Right behind the signature and the header.
  if (content?.subarray(33, 33 + 8 + sheetMark.data.length).includes(sheetMark.data)) return true;
  return known !== undefined && known.pictures === undefined && known.options.part === undefined;
}

async function refuseFolder(path: string, inputs: ReadonlySet<string>): Promise<void> {
  const refuse = (what: string) => new FreshcarError('invalid-input', `${path} is ${what}. Choose another name.`);
  // What else may be wrong with a path is told when it is written to.
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw refuse('a folder, where a file is to be written');
  if (there && inputs.has(await realOf(path))) throw refuse('what is to be read; it would be written over');
}

function inTheWay(path: string): FreshcarError {
  return new FreshcarError(
    'conflict',
    `${path} is there already and no file of freshcar, so it is not replaced. Choose another name, or move it away.`,
  );
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

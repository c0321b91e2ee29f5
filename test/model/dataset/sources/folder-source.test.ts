import { once } from 'node:events';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderSource } from '../../../../model/dataset/sources/folder-source.ts';
import { folderOf } from '../../../support/pictures.ts';
import { namesOf } from '../sources.ts';

const isRoot = process.getuid?.() === 0;

describe('a folder of photographs', () => {
  it('offers every JPEG, PNG and WebP in it and below, sorted by path', async () => {
    const folder = await folderOf({
      'b/1.JPG': '',
      'a.png': '',
      'b/c/2.webp': '',
      'Z.jpeg': '',
      'notes.txt': '',
      'b.jpg': '',
    });
    const listing = await folderSource(folder).list();
    expect(await namesOf(listing)).toEqual(['Z.jpeg', 'a.png', 'b.jpg', 'b/1.JPG', 'b/c/2.webp']);
    expect(listing.unreadable).toEqual([]);
  });

  it('leaves hidden files alone, and takes a PNG beside a packed file for a photograph unless it is a contact sheet', async () => {
    const folder = await folderOf({
      '.x.jpg': '',
      '._1.jpg': '',
      '.thumbs/1.jpg': '',
      'cars.png': '',
      'cars.npy': '',
      'car.png': '',
    });
    expect(await namesOf(await folderSource(folder).list())).toEqual(['car.png', 'cars.png']);
  });

  it('goes by what is in a file, and names what is no picture', async () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
    const webp = Buffer.from('RIFF\x04\x00\x00\x00WEBPVP8 ', 'latin1');
    const folder = await folderOf({
      'a.jfif': jpeg,
      'b.jpe': jpeg,
      c: jpeg,
      'd.heic': jpeg,
      'e.tmp': webp,
      'notes.txt': 'x',
      'f.mp4': 'RIFF',
    });
    const listing = await folderSource(folder).list();
    expect(await namesOf(listing)).toEqual(['a.jfif', 'b.jpe', 'c', 'd.heic', 'e.tmp']);
    expect({ unreadable: listing.unreadable, passedOver: listing.passedOver }).toEqual({
      unreadable: [],
      passedOver: ['f.mp4', 'notes.txt'],
    });
  });

  it('lists pictures of formats that it does not read', async () => {
    const folder = await folderOf({ 'a.jpg': '', 'b.HEIC': '', 'c.gif': '' });
    expect((await folderSource(folder).list()).unreadable).toEqual([
      { name: 'b.HEIC', reason: 'HEIC is not read; save it as JPEG, PNG or WebP' },
      { name: 'c.gif', reason: 'GIF is not read; save it as JPEG, PNG or WebP' },
    ]);
  });

  it('follows links once, ends where they lead in a circle, and lists those that lead nowhere', async () => {
    const folder = await folderOf({ 'real/1.jpg': '' });
    await symlink('.', join(folder, 'loop'));
    await symlink('..', join(folder, 'real', 'up'));
    await symlink('real', join(folder, 'again'));
    await symlink('real/1.jpg', join(folder, 'link.jpg'));
    await symlink('nowhere.jpg', join(folder, 'broken.jpg'));
    await symlink('self.jpg', join(folder, 'self.jpg'));
    const listing = await folderSource(folder).list();
    // "again" comes before "real", and both are one folder.
    expect(await namesOf(listing)).toEqual(['again/1.jpg', 'link.jpg']);
    expect(listing.unreadable).toEqual([
      { name: 'broken.jpg', reason: 'there is no such file or folder' },
      { name: 'self.jpg', reason: 'its links lead in a circle' },
    ]);
  });

  it('does not take folders, sockets and the like for pictures', async () => {
    const folder = await folderOf({ 'a.jpg': '' });
    await mkdir(join(folder, 'folder.jpg'));
    const server = createServer().listen(join(folder, 'socket.jpg'));
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    await symlink('socket.jpg', join(folder, 'link.jpg'));
    expect(await namesOf(await folderSource(folder).list())).toEqual(['a.jpg']);
  });

  it.skipIf(isRoot)('lists folders that it may not read (root may read all)', async () => {
    const folder = await folderOf({ 'a.jpg': '', 'closed/b.jpg': '', 'open/c.jpg': '' });
    await chmod(join(folder, 'closed'), 0);
    const listing = await folderSource(folder).list();
    expect(await namesOf(listing)).toEqual(['a.jpg', 'open/c.jpg']);
    expect(listing.unreadable).toEqual([{ name: 'closed', reason: 'permission denied' }]);
    await chmod(join(folder, 'closed'), 0o700);
  });

  it('that is not there is said in a sentence', async () => {
    await expect(folderSource('/nowhere/at/all').list()).rejects.toMatchObject({
      code: 'not-found',
      message: 'Could not read the folder /nowhere/at/all: there is no such file or folder.',
    });
  });
});

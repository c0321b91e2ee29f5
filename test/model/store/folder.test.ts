import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../../../model/store/folder.ts';
import { bundleFiles, storeFiles, temporaryFolder } from './bundle-fixture.ts';

async function folderWith(files: ReadonlyMap<string, Buffer>, under = ''): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, bytes] of files) {
    const file = path.join(folder, under, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return folder;
}

describe('openFolder', () => {
  it('serves a bundle folder, whose pointer is its own version', async () => {
    const source = await openFolder(await folderWith(bundleFiles('fronts-32')));
    const reading = await source.readPointer();
    expect(reading?.pointer).toEqual({ version: 'fronts-32' });
    const manifest = await source.readManifest('fronts-32');
    expect(Buffer.from(await source.readFile(manifest, 'generator.onnx')).toString()).toBe('the network of fronts-32');
  });

  it("serves a run folder's bundle", async () => {
    const source = await openFolder(await folderWith(bundleFiles('run-7'), 'bundle'));
    expect((await source.readPointer())?.pointer.version).toBe('run-7');
  });

  it('serves a store, and says that the pointer is unchanged until it is written anew', async () => {
    const folder = await folderWith(storeFiles('new', 'old'));
    const source = await openFolder(folder);
    const reading = await source.readPointer();
    expect(reading?.pointer).toEqual({ version: 'new', previous: 'old' });
    expect(await source.readPointer(reading?.etag)).toBeUndefined();
    expect((await source.readManifest('old')).version).toBe('old');
    await writeFile(path.join(folder, 'models/current.json'), '{"version":"old","previous":"new"}');
    expect((await source.readPointer(reading?.etag))?.pointer.version).toBe('old');
  });

  it('notices that a bundle folder was exported anew under the same version', async () => {
    const folder = await folderWith(bundleFiles('run-7'));
    const source = await openFolder(folder);
    const reading = await source.readPointer();
    for (const [name, bytes] of bundleFiles('run-7', 'better')) await writeFile(path.join(folder, name), bytes);
    expect((await source.readPointer(reading?.etag))?.etag).not.toBe(reading?.etag);
  });

  it.each(['missing', 'truncated', 'changed'])('refuses a file that is %s, naming it', async (fault) => {
    const folder = await folderWith(bundleFiles('fronts-32'));
    const file = path.join(folder, 'generator.onnx');
    if (fault === 'missing') await rm(file);
    else await writeFile(file, fault === 'truncated' ? 'the netw' : 'the network of fronts-33');
    const source = await openFolder(folder);
    const manifest = await source.readManifest('fronts-32');
    await expect(source.readFile(manifest, 'generator.onnx')).rejects.toMatchObject({
      code: fault === 'missing' ? 'not-found' : 'damaged-bundle',
      message: expect.stringContaining(file),
    });
  });

  it('refuses a pointer that is no pointer', async () => {
    const folder = await folderWith(storeFiles('new'));
    const source = await openFolder(folder);
    for (const text of ['', '{"version":"../secrets"}', '{"version":"new","extra":1}', '[]']) {
      await writeFile(path.join(folder, 'models/current.json'), text);
      await expect(source.readPointer()).rejects.toMatchObject({ code: 'damaged-bundle' });
    }
  });

  it('never leaves its folder for a version or a file', async () => {
    const source = await openFolder(await folderWith(storeFiles('new')));
    await expect(source.readManifest('../new')).rejects.toMatchObject({ code: 'invalid-input' });
    const manifest = await source.readManifest('new');
    await expect(source.readFile(manifest, '../../current.json')).rejects.toMatchObject({ code: 'damaged-bundle' });
  });

  it('says what folders it takes when it was given another one', async () => {
    await expect(openFolder(await temporaryFolder())).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('manifest.json'),
    });
  });
});

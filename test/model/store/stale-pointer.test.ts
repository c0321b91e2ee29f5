import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../../../model/store/folder-store.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Store } from '../../../model/store/s3.ts';
import { temporaryFolder } from './bundle-fixture.ts';
import { refuse, startS3 } from './s3-server.ts';

const conflict = { code: 'conflict', message: expect.stringContaining('Somebody else changed') };

describe('the pointer of a folder', () => {
  async function startFolder() {
    const folder = await temporaryFolder();
    const store = folderStore(folder);
    const file = path.join(folder, 'models/current.json');
    await store.writePointer({ version: 'one' }, undefined);
    const etag = (await store.readPointer())?.etag ?? expect.fail();
    return { store, file, etag, text: () => readFile(file, 'utf8') };
  }

  it('is not written over by somebody who has read an older one', async () => {
    const { store, etag, text } = await startFolder();
    await store.writePointer({ version: 'two' }, etag);
    await expect(store.writePointer({ version: 'three' }, etag)).rejects.toMatchObject(conflict);
    expect(await text()).toBe('{"version":"two"}\n');
  });

  it('is not written as the first where there is one', async () => {
    const { store, text } = await startFolder();
    await expect(store.writePointer({ version: 'two' }, undefined)).rejects.toMatchObject(conflict);
    expect(await text()).toBe('{"version":"one"}\n');
  });

  it('is not written while somebody else writes it, and leaves no lock behind itself', async () => {
    const { store, file, etag, text } = await startFolder();
    await writeFile(`${file}.lock`, 'Process 1 on elsewhere\n');
    await expect(store.writePointer({ version: 'two' }, etag)).rejects.toThrow();
    expect(await text()).toBe('{"version":"one"}\n');
    expect(await readFile(`${file}.lock`, 'utf8')).toContain('elsewhere');
    const other = await startFolder();
    await other.store.writePointer({ version: 'two' }, other.etag);
    await expect(other.store.writePointer({ version: 'three' }, other.etag)).rejects.toMatchObject(conflict);
    await expect(stat(`${other.file}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has another ETag after each change, and the same one for the same words', async () => {
    const { store, etag } = await startFolder();
    expect(await store.readPointer(etag)).toBeUndefined();
    await store.writePointer({ version: 'two' }, etag);
    const second = (await store.readPointer(etag))?.etag ?? '';
    expect(second).not.toBe(etag);
    await store.writePointer({ version: 'one' }, second);
    expect((await store.readPointer())?.etag).toBe(etag);
  });

  it('keeps each file of a version as it was first written', async () => {
    const { store } = await startFolder();
    expect(await store.addFile('one', 'card.md', Buffer.from('first'))).toBe(true);
    expect(await store.addFile('one', 'card.md', Buffer.from('second'))).toBe(false);
  });
});

describe('the pointer of a bucket', () => {
  async function startBucket(found: string) {
    const s3 = await startS3(new Map([['models/current.json', Buffer.from(found)]]));
    s3.fault = (incoming, outgoing) =>
      incoming.method === 'PUT' && refuse(412, 'PreconditionFailed')(incoming, outgoing);
    const retry = { ...defaultRetry, budget: 100, firstPause: 1 };
    return s3Store({ client: s3.client, bucket: s3.bucket, retry });
  }

  it('that S3 does not let be replaced is somebody else’s change', async () => {
    const store = await startBucket('{"version":"other"}\n');
    await expect(store.writePointer({ version: 'two' }, '"stale"')).rejects.toMatchObject(conflict);
  });

  it('that says what was to be written already is this very write, whose answer was lost', async () => {
    const store = await startBucket('{"version":"two"}\n');
    await expect(store.writePointer({ version: 'two' }, '"stale"')).resolves.toBeUndefined();
  });
});

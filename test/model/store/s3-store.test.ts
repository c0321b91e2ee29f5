import { describe, expect, it } from 'vitest';
import { promoteVersion } from '../../../model/store/promote.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Store } from '../../../model/store/s3.ts';
import { storeFiles } from './bundle-fixture.ts';
import { type Fault, refuse, startS3 } from './s3-server.ts';
import { needsVersitygw, startVersitygw, versitygw } from './versitygw.ts';

const retry = { ...defaultRetry, budget: 400, firstPause: 2 };

async function start() {
  const s3 = await startS3(storeFiles('new', 'old'), startVersitygw);
  return { s3, store: s3Store({ client: s3.client, bucket: s3.bucket, retry }) };
}

/** Only the first write meets the fault. */
const firstWrite = (fault: Fault): Fault => {
  let left = 1;
  return (incoming, outgoing) => incoming.method === 'PUT' && left-- > 0 && fault(incoming, outgoing);
};

describe.skipIf(versitygw === undefined)(`writing to S3${needsVersitygw}`, () => {
  it('knows its own write again when only the answer was lost', async () => {
    const { s3, store } = await start();
    s3.fault = firstWrite(() => 'lost');
    expect(await promoteVersion(store, 'old')).toEqual({ from: 'new', to: 'old' });
    expect(s3.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(2);
    expect((await store.readPointer())?.pointer).toEqual({ version: 'old', previous: 'new' });
  });

  it.each([
    ['503', 'SlowDown'],
    ['409', 'ConditionalRequestConflict'],
    ['500', 'InternalError'],
  ])('tries again after %s %s', async (status, code) => {
    const { s3, store } = await start();
    s3.fault = firstWrite(refuse(Number(status), code));
    expect(await store.addFile('next', 'card.md', Buffer.from('a card'))).toBe(true);
  });

  it('says which right is missing', async () => {
    const { s3, store } = await start();
    s3.fault = (incoming, outgoing) => incoming.method === 'PUT' && refuse(403, 'AccessDenied')(incoming, outgoing);
    await expect(promoteVersion(store, 'old')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/current\.json was denied\. The role needs s3:PutObject/),
    });
  });

  it('takes a pointer that is gone for somebody else’s change', async () => {
    const { store } = await start();
    await expect(store.writePointer({ version: 'old' }, '"0123456789abcdef0123456789abcdef"')).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

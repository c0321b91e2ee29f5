import { describe, expect, it } from 'vitest';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Source } from '../../../model/store/s3.ts';
import { storeFiles } from './bundle-fixture.ts';
import { type Fault, refuse, startS3 } from './s3-server.ts';

const retry = { ...defaultRetry, budget: 400, firstPause: 2 };

async function start(timeout = 2000) {
  const s3 = await startS3(storeFiles('new', 'old'));
  return { s3, source: s3Source({ client: s3.client, bucket: s3.bucket, timeout, retry }) };
}

/** Misbehaves `times` times, then lets everything through. */
const first = (times: number, fault: Fault): Fault => {
  let left = times;
  return (incoming, outgoing) => left-- > 0 && fault(incoming, outgoing);
};

const cutOff: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000' });
  outgoing.write('{"ver', () => outgoing.destroy());
  return true;
};
const stalled: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000' });
  outgoing.write('{"ver');
  return true;
};
const silent: Fault = () => true;

describe('s3Source', () => {
  it('reads pointer, manifest and files of a real S3 server', async () => {
    const { s3, source } = await start();
    const reading = await source.readPointer();
    expect(reading?.pointer).toEqual({ version: 'new', previous: 'old' });
    const manifest = await source.readManifest('new');
    expect(Buffer.from(await source.readFile(manifest, 'generator.onnx')).toString()).toBe('the network of new');
    expect(s3.requests).toEqual([
      'GET models/current.json',
      'GET models/new/manifest.json',
      'GET models/new/generator.onnx',
    ]);
  });

  it('says that the pointer is unchanged until it is written anew', async () => {
    const { s3, source } = await start();
    const reading = await source.readPointer();
    expect(await source.readPointer(reading?.etag)).toBeUndefined();
    await s3.put('models/current.json', '{"version":"old"}');
    expect((await source.readPointer(reading?.etag))?.pointer).toEqual({ version: 'old' });
  });

  it('names what is not there', async () => {
    const { s3, source } = await start();
    await expect(source.readManifest('newer')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('s3://freshcar-models/models/newer/manifest.json'),
    });
    const nowhere = s3Source({ client: s3.client, bucket: 'no-such-bucket', retry });
    await expect(nowhere.readPointer()).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no-such-bucket'),
    });
  });

  it.each(['the network of ne', 'the network of old'])('refuses the wrong bytes %j', async (bytes) => {
    const { s3, source } = await start();
    const manifest = await source.readManifest('new');
    await s3.put('models/new/generator.onnx', bytes);
    await expect(source.readFile(manifest, 'generator.onnx')).rejects.toMatchObject({
      code: 'damaged-bundle',
      message: expect.stringContaining('models/new/generator.onnx'),
    });
  });

  it('refuses a manifest that lies under another version', async () => {
    const { s3, source } = await start();
    await s3.put('models/new/manifest.json', storeFiles('old').get('models/old/manifest.json') ?? '');
    await expect(source.readManifest('new')).rejects.toMatchObject({ code: 'damaged-bundle' });
  });

  it.each([
    ['503', refuse(503, 'SlowDown')],
    ['500', refuse(500, 'InternalError')],
    ['a body that was cut off', cutOff],
  ])('tries again after %s', async (_, fault) => {
    const { s3, source } = await start();
    s3.fault = first(2, fault);
    expect((await source.readPointer())?.pointer.version).toBe('new');
    expect(s3.requests).toHaveLength(3);
  });

  it.each([
    ['an answer that never comes', silent],
    ['a body that stalls', stalled],
  ])('gives up %s in time, and tries again', async (_, fault) => {
    const { s3, source } = await start(60);
    s3.fault = first(1, fault);
    expect((await source.readPointer())?.pointer.version).toBe('new');
    s3.fault = fault;
    const begin = performance.now();
    await expect(source.readPointer()).rejects.toMatchObject({
      code: 'unavailable',
      message: 's3://freshcar-models/models/current.json could not be read within 60 ms.',
    });
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('does not try again when access is denied, and says which right is missing', async () => {
    const { s3, source } = await start();
    s3.fault = refuse(403, 'AccessDenied');
    await expect(source.readPointer()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/s3:\/\/freshcar-models\/models\/current\.json.*s3:GetObject.*s3:ListBucket/),
    });
    expect(s3.requests).toHaveLength(1);
  });

  it.each([
    ['ExpiredToken', 'The login to AWS has expired.', 'aws sso login'],
    ['InvalidToken', 'The session token is none', 'aws sso login'],
    ['InvalidAccessKeyId', 'AWS knows no such access key.', 'AWS_PROFILE'],
    ['SignatureDoesNotMatch', 'The secret key is not the one', 'aws configure'],
    ['AuthorizationHeaderMalformed', 'The bucket is in another region.', 'AWS_REGION'],
    ['KMS.DisabledException', 'the key that encrypts it cannot be used', 'KMS.DisabledException'],
    ['InvalidObjectState', 'S3 refused', 'InvalidObjectState'],
  ])(
    'does not blame a right for %s, names the cause and what mends it, and takes no model for missing',
    async (code, cause, mend) => {
      const { s3, source } = await start();
      s3.fault = refuse(403, code);
      for (const read of [source.readPointer(), source.readManifest('new')])
        await expect(read).rejects.toMatchObject({
          code: 'unavailable',
          message: expect.stringMatching(new RegExp(`${cause}.*${mend}`)),
        });
      expect(s3.requests).toHaveLength(2);
    },
  );

  it('tries again when the clock is wrong, since the answer tells the time', async () => {
    const { s3, source } = await start();
    s3.fault = first(1, refuse(403, 'RequestTimeTooSkewed'));
    expect((await source.readManifest('new')).version).toBe('new');
    s3.fault = refuse(403, 'RequestTimeTooSkewed');
    await expect(source.readManifest('new')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('timedatectl set-ntp true'),
    });
  });

  it.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers', 'There are no credentials for AWS.'],
    ['TokenProviderError', 'Token is expired', 'The login to AWS has expired.'],
    ['Error', 'Region is missing', 'There is no AWS region.'],
  ])('says at once what the SDK misses: %s, %s', async (name, message, says) => {
    let calls = 0;
    const client = {
      send: async () => {
        calls += 1;
        throw Object.assign(new Error(message), { name });
      },
    };
    const source = s3Source({ client: client as never, bucket: 'cars' });
    await expect(source.readPointer()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(says),
    });
    expect(calls).toBe(1);
  });

  it('is unavailable when nobody listens', async () => {
    const { s3, source } = await start();
    s3.fault = (incoming) => {
      incoming.socket.destroy();
      return true;
    };
    await expect(source.readPointer()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('never asks for a key outside its prefix', async () => {
    const { s3, source } = await start();
    await expect(source.readManifest('../other')).rejects.toMatchObject({ code: 'invalid-input' });
    const manifest = await source.readManifest('new');
    await expect(source.readFile(manifest, '../current.json')).rejects.toMatchObject({ code: 'damaged-bundle' });
    expect(s3.requests).toEqual(['GET models/new/manifest.json']);
  });
});

import type { IncomingHttpHeaders } from 'node:http';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bucketSource } from '../../../model/store/bucket-source.ts';
import { earlyGet } from '../../../model/store/early-get.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { loginOf, signedGet, signedRequest } from '../../../model/store/signed-get.ts';
import { storeFiles } from './bundle-fixture.ts';
import { credentials, type Fault, refuse, type S3Backend, startS3 } from './s3-server.ts';
import { needsVersitygw, startVersitygw, versitygw } from './versitygw.ts';

const keys = { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
const login = { ...keys, AWS_REGION: 'eu-central-1' };
const retry = { ...defaultRetry, budget: 400, firstPause: 2 };

type Backend = (directory: string) => Promise<S3Backend>;

async function start({
  backend = undefined as Backend | undefined,
  timeout = 2000,
  isEarly = (): boolean => true,
  environment = {},
} = {}) {
  const s3 = await startS3(storeFiles('new', 'old'), backend);
  const headers: IncomingHttpHeaders[] = [];
  const state: { fault: Fault | undefined } = { fault: undefined };
  s3.fault = (incoming, outgoing) => {
    headers.push(incoming.headers);
    return state.fault?.(incoming, outgoing) ?? false;
  };
  const told = { ...login, AWS_ENDPOINT_URL_S3: s3.endpoint, ...environment };
  setEnvironment(told);
  const source = bucketSource({ get: earlyGet({ environment: told, isEarly }), bucket: s3.bucket, timeout, retry });
  /** By whom each request was sent. */
  const senders = () => headers.map((sent) => (/aws-sdk-js/.test(sent['user-agent'] ?? '') ? 'client' : 'early'));
  return { s3, source, state, headers, senders };
}

/** AWS's own client reads the process's environment. */
function setEnvironment(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

const first = (times: number, fault: Fault): Fault => {
  let left = times;
  return (incoming, outgoing) => left-- > 0 && fault(incoming, outgoing);
};
const cutOff: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000', ETag: '"a"' });
  outgoing.write('{"ver', () => outgoing.destroy());
  return true;
};
const stalled: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000', ETag: '"a"' });
  outgoing.write('{"ver');
  return true;
};
const silent: Fault = () => true;
const reset: Fault = (incoming) => {
  incoming.socket.destroy();
  return true;
};

describe('the reads before the first car', () => {
  const strict = `are signed as a server that looks at signatures wants it, by no client of AWS${needsVersitygw}`;
  it.skipIf(versitygw === undefined)(strict, async () => {
    const { source, senders, s3 } = await start({ backend: startVersitygw });
    expect((await source.readPointer())?.pointer).toEqual({ version: 'new', previous: 'old' });
    const manifest = await source.readManifest('new');
    expect(Buffer.from(await source.readFile(manifest, 'generator.onnx')).toString()).toBe('the network of new');
    expect(senders()).toEqual(['early', 'early', 'early']);
    expect(s3.requests.at(-1)).toBe('GET models/new/generator.onnx');
  });

  it.skipIf(versitygw === undefined)(
    `are refused with another secret, as the client explains${needsVersitygw}`,
    async () => {
      const { source, senders } = await start({
        backend: startVersitygw,
        environment: { AWS_SECRET_ACCESS_KEY: 'another' },
      });
      await expect(source.readPointer()).rejects.toThrow('The secret key is not the one of this access key.');
      expect(senders()).toEqual(['early', 'client']);
    },
  );

  it("are the client's once the first car is drawn, and for good after one that failed", async () => {
    let early = true;
    const later = await start({ isEarly: () => early });
    await later.source.readPointer();
    early = false;
    await later.source.readManifest('new');
    expect(later.senders()).toEqual(['early', 'client']);
    const failing = await start();
    failing.state.fault = first(1, refuse(503, 'SlowDown'));
    await failing.source.readPointer();
    await failing.source.readManifest('new');
    expect(failing.senders()).toEqual(['early', 'client', 'client']);
  });

  it.each([
    ['an answer that never comes', silent],
    ['a body that stalls', stalled],
    ['a body that is cut off', cutOff],
    ['a connection that is reset', reset],
  ])('survive %s', async (_, fault) => {
    const { source, state, senders } = await start({ timeout: 200 });
    state.fault = first(1, fault);
    expect((await source.readPointer())?.pointer.version).toBe('new');
    expect(senders()).toEqual(['early', 'client']);
  });

  it('take nothing that is longer than it may be, or whose length is not told', async () => {
    const { s3 } = await start();
    const told = loginOf({ ...login, AWS_ENDPOINT_URL_S3: s3.endpoint });
    if (told === undefined) throw new Error('There is no login.');
    const object = { bucket: s3.bucket, key: 'models/new/generator.onnx', timeout: 2000 };
    expect((await signedGet(told, { ...object, limit: 18 }, new Date()))?.bytes).toHaveLength(18);
    expect(await signedGet(told, { ...object, limit: 17 }, new Date())).toBeUndefined();
    s3.fault = (_, outgoing) => {
      outgoing.writeHead(200, { ETag: '"a"' }).write('a');
      outgoing.end('b');
      return true;
    };
    expect(await signedGet(told, object, new Date())).toBeUndefined();
  });

  it('say what the client says of what is missing, denied or without a bucket', async () => {
    const { source, state, s3 } = await start();
    await expect(source.readManifest('newer')).rejects.toMatchObject({ code: 'not-found' });
    state.fault = refuse(403, 'AccessDenied');
    await expect(source.readPointer()).rejects.toThrow(/s3:GetObject/);
    const get = earlyGet({ environment: { ...login, AWS_ENDPOINT_URL_S3: s3.endpoint }, isEarly: () => true });
    state.fault = refuse(404, 'NoSuchBucket');
    await expect(bucketSource({ get, bucket: 'nowhere', retry }).readPointer()).rejects.toThrow('There is no bucket');
  });
});

describe('a request for an object', () => {
  const told = { ...login, AWS_SESSION_TOKEN: 'token+/=' };

  it.each([
    ['cars', 'us-east-1', 'models/current.json', undefined],
    ['cars', 'eu-central-1', "models/a b/ü!'()*.json", undefined],
    ['cars.of.mine', 'us-gov-west-1', 'models/x/generator.onnx', undefined],
    ['cars', 'eu-central-1', 'models/x/generator.onnx', 'http://127.0.0.1:9000/'],
  ])("of %s in %s goes where AWS's client sends it", async (bucket, region, key, endpoint) => {
    const now = new Date('2026-11-28T12:34:56.789Z');
    const early = loginOf({ ...told, AWS_REGION: region, AWS_ENDPOINT_URL_S3: endpoint });
    if (early === undefined) throw new Error('There is no login.');
    const { url, headers } = signedRequest(early, { bucket, key }, now);
    const sent = await sentByClient({ bucket, key, region, endpoint });
    expect(`${url.protocol}//${url.host}${url.pathname}`).toBe(sent.address);
    expect(headers).toMatchObject({
      host: url.host,
      'x-amz-security-token': 'token+/=',
      'x-amz-date': '20261128T123456Z',
    });
    const fields = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=[0-9a-f]{64}$/;
    const [, credential, signed] = fields.exec(headers.authorization ?? '') ?? [];
    expect(credential).toBe(`S3RVER/20261128/${region}/s3/aws4_request`);
    expect(signed).toBe('host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
    expect(headers['x-amz-content-sha256']).toBe(sent.headers['x-amz-content-sha256']);
  });
});

/** What AWS's own client would send. */
async function sentByClient(options: { bucket: string; key: string; region: string; endpoint: string | undefined }) {
  const { bucket, key, region, endpoint } = options;
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    credentials: { ...credentials, sessionToken: 'token' },
    maxAttempts: 1,
    requestHandler: { handle: (request: unknown) => Promise.reject(Object.assign(new Error('caught'), { request })) },
  });
  const caught = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch((error) => error);
  const { protocol, hostname, port, path, headers } = caught.request;
  return { address: `${protocol}//${hostname}${port ? `:${port}` : ''}${path}`, headers };
}

describe('the login of an environment', () => {
  it('is what Lambda tells, with the session token', () => {
    expect(loginOf({ ...login, AWS_SESSION_TOKEN: 'token' })).toEqual({
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      sessionToken: 'token',
      region: 'eu-central-1',
      endpoint: undefined,
    });
  });

  it.each([
    { AWS_ACCESS_KEY_ID: '' },
    { AWS_SECRET_ACCESS_KEY: '' },
    { AWS_REGION: '' },
    { AWS_REGION: 'cn-north-1' },
    { AWS_REGION: 'us-iso-east-1' },
    { AWS_REGION: 'eusc-de-east-1' },
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    { AWS_ENDPOINT_URL: 'https://elsewhere' },
  ])('is left to the client with %j', (other) => {
    expect(loginOf({ ...login, ...other })).toBeUndefined();
  });

  it.each(['us-east-1', 'us-gov-west-1', 'ap-southeast-7', 'eu-central-2', 'il-central-1', 'mx-central-1'])(
    'is known in %s',
    (region) => expect(loginOf({ ...login, AWS_REGION: region })?.region).toBe(region),
  );
});

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './bundle-fixture.ts';

/** What to do with one request instead of, or on the way to, the real server. Returns true when it answered. */
export type Fault = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

export interface S3Fixture {
  readonly bucket: string;
  readonly endpoint: string;
  readonly client: S3Client;
  /** Keys and methods of all requests since the start, such as `GET models/current.json`. */
  readonly requests: string[];
  /** Every request meets this fault until it is set to undefined again. */
  fault: Fault | undefined;
  put(key: string, body: Uint8Array | string): Promise<void>;
}

/** A real S3 server over a temporary folder, behind a proxy that counts requests and can misbehave. */
export async function startS3(files: ReadonlyMap<string, Uint8Array>): Promise<S3Fixture> {
  const directory = await temporaryFolder();
  const s3 = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, allowMismatchedSignatures: true });
  const { port } = await s3.run();
  const requests: string[] = [];
  const fixture: { fault: Fault | undefined } = { fault: undefined };
  const bucket = 'freshcar-models';
  const proxy = createServer((incoming, outgoing) => {
    const key = (incoming.url ?? '').replace(`/${bucket}/`, '').replace(/\?.*/, '');
    requests.push(`${incoming.method} ${key}`);
    if (!fixture.fault?.(incoming, outgoing)) forward(port, incoming, outgoing);
  });
  const endpoint = `http://127.0.0.1:${await listen(proxy)}`;
  const client = clientFor(endpoint);
  onTestFinished(async () => {
    client.destroy();
    proxy.closeAllConnections();
    proxy.close();
    await s3.close();
  });
  const put = async (key: string, body: Uint8Array | string) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const [key, body] of files) await put(key, body);
  requests.length = 0;
  return Object.assign(fixture, { bucket, endpoint, client, requests, put });
}

function clientFor(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    // This server is older than the SDK's default checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
}

function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** S3's own way to say no. */
export function refuse(status: number, code: string): Fault {
  return (_, outgoing) => {
    outgoing.writeHead(status, { 'Content-Type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    return true;
  };
}

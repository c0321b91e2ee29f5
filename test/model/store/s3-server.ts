import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './bundle-fixture.ts';

/**
 * What to do with one request instead of, or on the way to, the real server. Returns true when it answered, `lost` when
 * the server shall do what it is asked and its answer never arrive.
 */
export type Fault = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean | 'lost';

/** A real S3 server over an empty folder. */
export interface S3Backend {
  readonly port: number;
  close(): Promise<unknown>;
}

/** From npm, so that it is there for everyone; it knows no conditional writes. */
async function startS3rver(directory: string): Promise<S3Backend> {
  const s3 = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, allowMismatchedSignatures: true });
  const { port } = await s3.run();
  return { port, close: () => s3.close() };
}

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
export async function startS3(files: ReadonlyMap<string, Uint8Array>, startBackend = startS3rver): Promise<S3Fixture> {
  const backend = await startBackend(await temporaryFolder());
  const requests: string[] = [];
  const fixture: { fault: Fault | undefined } = { fault: undefined };
  const bucket = 'freshcar-models';
  const proxy = createServer((incoming, outgoing) => {
    const key = (incoming.url ?? '').replace(`/${bucket}/`, '').replace(/\?.*/, '');
    requests.push(`${incoming.method} ${key}`);
    const fate = fixture.fault?.(incoming, outgoing) ?? false;
    if (fate !== true) forward(backend.port, incoming, outgoing, fate === 'lost');
  });
  const endpoint = `http://127.0.0.1:${await listen(proxy)}`;
  const client = clientFor(endpoint);
  onTestFinished(async () => {
    client.destroy();
    proxy.closeAllConnections();
    proxy.close();
    await backend.close();
  });
  const put = async (key: string, body: Uint8Array | string) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const [key, body] of files) await put(key, body);
  requests.length = 0;
  return Object.assign(fixture, { bucket, endpoint, client, requests, put });
}

/** Both servers are told these. */
export const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

function clientFor(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    // This server is older than the SDK's default checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials,
  });
}

function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse, lost: boolean): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    if (lost) {
      answer.resume();
      outgoing.destroy();
      return;
    }
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

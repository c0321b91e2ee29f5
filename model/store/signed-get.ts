import { createHash, createHmac } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { GetOptions, S3Object } from './bucket-source.ts';

/** What a signature needs, as Lambda tells it to functions. */
export interface Login {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
  /** Another S3 server than AWS's, which knows buckets by path. */
  readonly endpoint: string | undefined;
}

/** Regions whose buckets are below amazonaws.com. */
const commonRegion = /^(?!cn-)[a-z]{2}-(gov-)?(north|south|east|west|central){1,2}-\d$/;

/** The login that an environment holds; undefined where it is another kind, or something is set that AWS's own client has to judge. */
export function loginOf(environment: NodeJS.ProcessEnv): Login | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = environment;
  const { AWS_ENDPOINT_URL_S3: endpoint, AWS_SESSION_TOKEN: sessionToken } = environment;
  const others = [
    'AWS_ENDPOINT_URL',
    'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    'AWS_USE_FIPS_ENDPOINT',
    'AWS_USE_DUALSTACK_ENDPOINT',
  ];
  if (!accessKeyId || !secretAccessKey || !region || others.some((name) => environment[name])) return undefined;
  if (endpoint === undefined && !commonRegion.test(region)) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined, region, endpoint };
}

/**
 * Reads one object by a request that is signed here (Signature Version 4, `AWS4-HMAC-SHA256`): for the moment before AWS's client is
 * loaded, which takes longer than all that the first car needs. It explains nothing: that is for the client to do, asked again.
 *
 * @returns Undefined for every answer but the whole object.
 * @throws Error when there is no answer in time, or it is cut off.
 */
export async function signedGet(login: Login, options: GetOptions, now: Date): Promise<S3Object | undefined> {
  const { timeout, limit = Number.POSITIVE_INFINITY } = options;
  const { url, headers: sent } = signedRequest(login, options, now);
  const { request } = url.protocol === 'http:' ? http : https;
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    request(url, { headers: sent, signal }, resolve).on('error', reject).end();
  });
  const { statusCode, headers } = response;
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (statusCode !== 200 || headers.etag === undefined || !(length <= limit)) {
    response.destroy();
    return undefined;
  }
  return { bytes: await bytesOf(response, length), etag: headers.etag };
}

/** Where an object is asked for, and with which headers. */
export function signedRequest(login: Login, { bucket, key }: Pick<GetOptions, 'bucket' | 'key'>, now: Date) {
  const url = urlOf(login, bucket, key);
  return { url, headers: signedHeaders(login, url, now) };
}

/** By events: Node's own `buffer` takes the way of a Blob, which costs as much as the whole request. */
function bytesOf(response: http.IncomingMessage, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Uint8Array) => {
      bytes.set(chunk, at);
      at += chunk.length;
    });
    response.on('end', () => resolve(bytes)).on('error', reject);
  });
}

function urlOf({ region, endpoint }: Login, bucket: string, key: string): URL {
  const path = key.split('/').map(encodeSegment).join('/');
  // No certificate of AWS's is for names with more dots.
  const isName = endpoint === undefined && !bucket.includes('.');
  if (isName) return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`);
  return new URL(`${endpoint?.replace(/\/$/, '') ?? `https://s3.${region}.amazonaws.com`}/${bucket}/${path}`);
}

/** As a signature has it: all but letters, digits and `-._~`. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** SHA-256 of nothing, which is what a GET sends. */
const emptyHash = createHash('sha256').digest('hex');

function signedHeaders(login: Login, { host, pathname }: URL, now: Date): Record<string, string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = [time.slice(0, 8), login.region, 's3', 'aws4_request'];
  const headers: Record<string, string> = {
    host,
    'x-amz-content-sha256': emptyHash,
    'x-amz-date': time,
    ...(login.sessionToken && { 'x-amz-security-token': login.sessionToken }),
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['GET', pathname, '', lines.join(''), names, emptyHash].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), digest].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${login.secretAccessKey}`);
  const credential = `${login.accessKeyId}/${scope.join('/')}`;
  const signature = hmac(key, toSign).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../model/store/retry.ts';
import { explainS3 } from '../../../model/store/s3-error.ts';
import { getObject, headObject, putObject } from '../../../model/store/s3-object.ts';
import { refuse, startS3 } from './s3-server.ts';

/** An S3 that notes the headers of writes and answers them as it is told, without a server that would know conditions. */
async function startAnswering(status = 200, code = '') {
  const s3 = await startS3(new Map([['models/here.json', Buffer.from('{"a":1}')]]));
  const headers: IncomingHttpHeaders[] = [];
  s3.fault = (incoming, outgoing) => {
    if (incoming.method !== 'PUT') return false;
    headers.push(incoming.headers);
    if (status >= 400) return refuse(status, code)(incoming, outgoing);
    incoming.resume().on('end', () => outgoing.writeHead(200, { ETag: '"new"' }).end());
    return true;
  };
  return Object.assign(s3, { headers });
}

const bytes = Buffer.from('bytes');
const place = (s3: { bucket: string }, key = 'models/here.json') => ({ bucket: s3.bucket, key, timeout: 2000 });

describe('a write to S3', () => {
  it('is allowed over nothing, or over just what the writer has read', async () => {
    const s3 = await startAnswering();
    expect(await putObject(s3.client, { ...place(s3), bytes, replaces: undefined })).toBe(true);
    expect(await putObject(s3.client, { ...place(s3), bytes, replaces: '"old"' })).toBe(true);
    expect(s3.headers.map((sent) => [sent['if-none-match'], sent['if-match']])).toEqual([
      ['*', undefined],
      [undefined, '"old"'],
    ]);
  });

  it('with notes carries the SHA-256 of its bytes, by which the server refuses others', async () => {
    const s3 = await startAnswering();
    await putObject(s3.client, { ...place(s3), bytes, replaces: undefined, notes: { plan: 'abc' } });
    expect(s3.headers[0]).toMatchObject({
      'x-amz-checksum-sha256': createHash('sha256').update('bytes').digest('base64'),
      'x-amz-meta-plan': 'abc',
    });
  });

  it.each([
    ['models/a/manifest.json', 'application/json'],
    ['million/0.tar', 'application/x-tar'],
    ['models/a/samples.png', 'image/png'],
    ['models/a/card.md', 'text/markdown; charset=utf-8'],
    ['models/a/generator.onnx', 'application/octet-stream'],
  ])('says of %s that it is %s', async (key, type) => {
    const s3 = await startAnswering();
    await putObject(s3.client, { ...place(s3, key), bytes, replaces: undefined });
    expect(s3.headers[0]?.['content-type']).toBe(type);
  });

  it('says whether it was refused because the object is another than was read', async () => {
    for (const replaces of [undefined, '"stale"']) {
      const s3 = await startAnswering(412, 'PreconditionFailed');
      expect(await putObject(s3.client, { ...place(s3), bytes, replaces })).toBe(false);
    }
  });

  it('takes what it was to replace and is gone for another change, but no missing bucket', async () => {
    const gone = await startAnswering(404, 'NoSuchKey');
    expect(await putObject(gone.client, { ...place(gone), bytes, replaces: '"old"' })).toBe(false);
    const nowhere = await startAnswering(404, 'NoSuchBucket');
    for (const replaces of [undefined, '"old"'])
      await expect(putObject(nowhere.client, { ...place(nowhere), bytes, replaces })).rejects.toMatchObject({
        code: 'not-found',
        message: `There is no bucket ${nowhere.bucket}, so s3://${nowhere.bucket}/models/here.json cannot be written.`,
      });
  });
});

describe('a read from S3', () => {
  it('gives the bytes, or nothing where they are those that the reader has', async () => {
    const s3 = await startAnswering();
    const found = await getObject(s3.client, place(s3));
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe('{"a":1}');
    expect(found?.etag).toMatch(/^"\w+"$/);
    s3.fault = (incoming, outgoing) => {
      expect(incoming.headers['if-none-match']).toBe(found?.etag);
      outgoing.writeHead(304).end();
      return true;
    };
    expect(await getObject(s3.client, { ...place(s3), knownEtag: found?.etag })).toBeUndefined();
  });

  it('tells size and notes without the bytes', async () => {
    const s3 = await startAnswering();
    s3.fault = (incoming, outgoing) => {
      expect(incoming.method).toBe('HEAD');
      outgoing.writeHead(200, { 'Content-Length': '7', 'x-amz-meta-plan': 'abc' }).end();
      return true;
    };
    expect(await headObject(s3.client, place(s3))).toEqual({ bytes: 7, notes: { plan: 'abc' } });
  });
});

describe('what S3 refuses', () => {
  const explained = (status: number | undefined, name: string, more: object = {}) => {
    const error =
      status === undefined
        ? Object.assign(new Error('lost'), { name })
        : new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: status } });
    return explainS3(error, { bucket: 'cars', key: 'a.json', timeout: 70, action: 'read', ...more });
  };

  it.each([
    [429, 'TooManyRequests'],
    [409, 'ConditionalRequestConflict'],
    [500, 'InternalError'],
    [503, 'SlowDown'],
    [undefined, 'ECONNRESET'],
    [undefined, 'TimeoutError'],
    [undefined, 'AbortError'],
  ])('may pass by itself, and is tried again: %s %s', (status, name) => {
    expect(explained(status, name)).toBeInstanceOf(TransientError);
    expect(explained(status, name).code).toBe('unavailable');
  });

  it.each([
    [400, 'InvalidRequest', 'unavailable', 'S3 refused: s3://cars/a.json cannot be read, InvalidRequest (400).'],
    [499, 'Odd', 'unavailable', 'S3 refused'],
    [412, 'PreconditionFailed', 'unavailable', 'S3 refused'],
    [404, 'NoSuchKey', 'not-found', 'There is no s3://cars/a.json.'],
    [404, 'NotFound', 'not-found', 'There is no s3://cars/a.json.'],
    [404, 'NoSuchBucket', 'not-found', 'There is no bucket cars'],
    [403, 'AccessDenied', 'unavailable', 'The role needs s3:GetObject on it. Without s3:ListBucket'],
  ])('is final: %s %s', (status, name, code, message) => {
    const error = explained(status, name);
    expect(error).not.toBeInstanceOf(TransientError);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('names the time that was given, and the right that a write needs', () => {
    expect(explained(undefined, 'TimeoutError').message).toContain('within 70 ms');
    const write = explained(403, 'AccessDenied', { action: 'written' });
    expect(write.message).toBe('Access to s3://cars/a.json was denied. The role needs s3:PutObject on it.');
  });

  it('is taken for missing where the asker may not list the bucket and says so', () => {
    expect(explained(403, 'AccessDenied', { deniedIsMissing: true }).code).toBe('not-found');
    expect(explained(403, 'AccessDenied', { deniedIsMissing: false }).code).toBe('unavailable');
  });
});

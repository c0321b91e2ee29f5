import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { matchesEtag } from './cache.ts';

/** A text that stays the same as long as the service runs. */
export interface File {
  /** Its Content-Type. */
  readonly type: string;
  readonly text: string;
  readonly etag: string;
}

export function fileOf(text: string, type: string): File {
  return { type, text, etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"` };
}

/** Sends a file, or says that the caller has it. A deploy may change it, so caches ask again after five minutes. */
export function sendFile(context: Context, { type, text, etag }: File, extra: Record<string, string> = {}): Response {
  const headers = { 'Cache-Control': 'public, max-age=300', ETag: etag, ...extra };
  if (matchesEtag(context.req.header('If-None-Match'), etag)) return context.body(null, 304, headers);
  return context.body(text, 200, { ...headers, 'Content-Type': type });
}

import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import { parseAccept } from 'hono/utils/accept';
import { matchesEtag } from './cache.ts';
import type { Rendered } from './page-files.ts';

/**
 * Sends a page, packed where the caller takes that: style and script are in it, and an API before this service packs nothing itself.
 */
export function sendPage(
  context: Context,
  { html, policy }: Rendered,
  headers: Readonly<Record<string, string>>,
): Response {
  const type = 'text/html; charset=utf-8';
  const all: Record<string, string> = { ...headers, 'Content-Security-Policy': policy, Vary: 'Accept-Encoding' };
  if (all.ETag !== undefined && matchesEtag(context.req.header('If-None-Match'), all.ETag))
    return context.body(null, 304, all);
  if (!acceptsGzip(context.req.header('Accept-Encoding')))
    return context.body(html, 200, { ...all, 'Content-Type': type });
  const packed = new Uint8Array(gzipSync(html));
  return context.body(packed, 200, { ...all, 'Content-Type': type, 'Content-Encoding': 'gzip' });
}

/** Without a header it is not sent packed: plain callers such as curl do not unpack what they did not ask for. */
function acceptsGzip(header: string | undefined): boolean {
  return header !== undefined && parseAccept(header).some(({ type, q }) => type === 'gzip' && q > 0);
}

import { timingSafeEqual } from 'node:crypto';
import { problemResponse } from '../http/problem.ts';
import type { HttpEvent } from './http-event.ts';
import { originHeader } from './origin-header.ts';

/** What the API lets through less often, by routes of their own: large pictures, and the files by which a browser draws. */
const throttled = /^\/(?:(?:models\/[^/]+\/)?(?:sheet|morph)\.png|models\/[^/]+\/generator\.onnx|assets\/[^/]+)$/;

/**
 * The answer to a request that does not get in; undefined for all others.
 *
 * - Where there is a CDN, a request that did not come by it: the CDN keeps what it may, and the API's own address does not.
 * - A large answer by another spelling of its path (`//sheet.png`, `/x/../sheet.png`): the API throttles routes by the path as it
 *   stands, so it would be let through as often as a single car. It is told the plain spelling instead.
 *
 * @param originSecret What the CDN's header says; undefined without a CDN.
 * @throws URIError when the path is none that a URL can have.
 */
export function refuse({ path, query, headers }: HttpEvent, originSecret?: string): Response | undefined {
  if (originSecret !== undefined && !isSame(headers[originHeader], originSecret)) {
    const detail = 'This address answers the CDN before it only. Ask by the public address.';
    return problemResponse({ status: 403, detail, code: 'forbidden' });
  }
  const plain = plainPath(path);
  if (plain === decodeURIComponent(path) || !throttled.test(plain)) return undefined;
  const headersOf = { Location: `${plain}${query === '' ? '' : `?${query}`}`, 'Cache-Control': 'no-store' };
  return new Response(null, { status: 308, headers: headersOf });
}

/** A path as the app reads it: without dots and escapes, with single slashes and none at its end. */
function plainPath(path: string): string {
  const url = new URL('https://localhost');
  url.pathname = path;
  return decodeURIComponent(url.pathname)
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '');
}

function isSame(given: unknown, secret: string): boolean {
  if (typeof given !== 'string') return false;
  const [one, other] = [Buffer.from(given), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}

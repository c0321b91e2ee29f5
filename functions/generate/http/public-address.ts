import type { Context } from 'hono';
import { z } from 'zod';
import type { RequestBindings } from './time-limit.ts';

/** What an operator may say that the public address is. */
export const publicUrlSchema = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/**
 * The address under which visitors reach this service: behind a proxy or a CDN it is another one than the one that is asked here.
 * Without a slash at its end, so that paths can follow.
 *
 * A door may know it. Otherwise proxies say it in `X-Forwarded-Proto`, `-Host` and `-Prefix`; what is no scheme, host or path there
 * counts for nothing. A caller can lie in them, and then is told lies in answers that no cache keeps.
 */
export function publicAddress(context: Context): string {
  const { publicUrl }: RequestBindings = context.env ?? {};
  if (publicUrl !== undefined) return publicUrl;
  const asked = new URL(context.req.url);
  // Each proxy may have added its own behind a comma; the first is the outermost.
  const forwarded = (name: string, allowed: RegExp) => {
    const value = context.req.header(`X-Forwarded-${name}`)?.split(',')[0]?.trim();
    return value !== undefined && allowed.test(value) ? value : undefined;
  };
  const scheme = forwarded('Proto', /^https?$/i)?.toLowerCase() ?? asked.protocol.slice(0, -1);
  const host = forwarded('Host', /^([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i) ?? asked.host;
  return `${scheme}://${host}${forwarded('Prefix', /^(\/[\w.~-]+)+$/) ?? ''}`;
}

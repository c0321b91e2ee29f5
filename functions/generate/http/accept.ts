import { parseAccept } from 'hono/utils/accept';

/** A morph is both: an animated PNG is a PNG whose further frames other readers skip. */
const ours = ['image/png', 'image/apng'];
const ranges = [...ours, 'image/*', '*/*'];

/**
 * Whether `Accept` leaves room for a PNG (RFC 9110, 12.5.1): no header at all, or a range that fits and is not refused
 * with `q=0`; of several that fit, the most exact one counts. A header that names no range is nobody's refusal either.
 */
export function acceptsPng(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const wanted = parseAccept(accept);
  if (wanted.length === 0) return true;
  for (const range of ranges) {
    const found = wanted.filter(({ type }) => type.toLowerCase() === range);
    if (found.some(({ q }) => q > 0)) return true;
    if (found.length > 0) return false;
  }
  return false;
}

import { FreshcarError } from '../../errors.ts';
import type { Unreadable } from '../sources/source.ts';

/** How many pictures may be unreadable before packing stops: a number of them, or a share of all. */
export type UnreadableLimit = { readonly pictures: number } | { readonly percent: number };

/** @throws FreshcarError `invalid-input` for anything but a whole number and a percentage up to 100. */
export function parseUnreadableLimit(text: string): UnreadableLimit {
  const [, number = '', percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (number !== '' && percent === '%' && value <= 100) return { percent: value };
  if (number !== '' && percent === '' && Number.isInteger(value)) return { pictures: value };
  throw new FreshcarError('invalid-input', `A limit is a number of pictures (50) or a share (5%), not "${text}".`);
}

/**
 * The most unreadable pictures among `total` that are put up with. Where nothing was asked for, 100 or a tenth, whichever is
 * more: a few bad files never stop a small folder, and a large one that is wrong throughout is not read to its end.
 */
export function allowedUnreadable(limit: UnreadableLimit | undefined, total: number): number {
  if (limit === undefined) return Math.max(100, Math.floor(total / 10));
  return 'pictures' in limit ? limit.pictures : Math.floor((total * limit.percent) / 100);
}

/** What stops packing when there are too many, with how often each reason was given. */
export function tooManyUnreadable(unreadable: readonly Unreadable[], allowed: number, total: number): FreshcarError {
  const counts = new Map<string, number>();
  for (const { reason } of unreadable) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const common = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  const reasons = common.map(([reason, count]) => `${count} times "${reason}"`).join(', ');
  return new FreshcarError(
    'invalid-input',
    `Of ${total} pictures ${unreadable.length} could not be read so far (${reasons}), and the limit is ${allowed}. ` +
      'Nothing was written. Mend or remove them, or allow more by --max-unreadable.',
  );
}

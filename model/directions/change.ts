import { FreshcarError } from '../errors.ts';
import type { Directions } from './directions.ts';
import type { PropertyName } from './properties.ts';

// Apart from the schema of directions, whose library is thirty times as large as what a page needs.

/** How far to go in which direction, in steps. */
export type Changes = { readonly [Name in PropertyName]?: number | undefined };

/**
 * Adds to each of some latent vectors what changes their cars so.
 *
 * @throws FreshcarError `invalid-input` that names the first change which these directions do not know.
 */
export function changeLatents(latents: Float32Array, changes: Changes, known: Directions | undefined): Float32Array {
  const asked = Object.entries(changes).filter(([, amount]) => amount !== undefined && amount !== 0);
  if (asked.length === 0) return latents;
  const changed = latents.slice();
  for (const [name, amount = 0] of asked) {
    const direction = known?.directions.find((one) => one.name === name);
    if (!direction) throw new FreshcarError('invalid-input', `This model knows no direction ${name}.`);
    const { vector } = direction;
    for (let at = 0; at < changed.length; at++)
      changed[at] = (changed[at] ?? 0) + amount * (vector[at % vector.length] ?? 0);
  }
  return changed;
}

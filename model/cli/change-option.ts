import { InvalidArgumentError } from 'commander';
import type { Changes } from '../directions/change.ts';
import { propertyNames } from '../directions/properties.ts';

/** A commander parser for `name=steps`, which may be said for several names. */
export function collectChange(text: string, before: Changes): Changes {
  const [name = '', steps = ''] = text.split('=');
  const known = propertyNames.find((one) => one === name);
  const amount = Number(steps);
  if (known === undefined || steps.trim() === '' || !(Math.abs(amount) <= 3))
    throw new InvalidArgumentError(
      `Say one of ${propertyNames.join(', ')} and steps from -3 to 3, such as warmth=1.5.`,
    );
  return { ...before, [known]: amount };
}

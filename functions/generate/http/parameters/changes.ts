import { z } from '@hono/zod-openapi';
import type { Changes } from '../../../../model/directions/change.ts';
import { type PropertyName, propertyNames, propertyTitles } from '../../../../model/directions/properties.ts';

const changeMessage = 'must be a number from -3 to 3 with at most 2 decimals';
const change = (name: PropertyName) => {
  const { title, ends } = propertyTitles[name];
  return z
    .string()
    .regex(/^-?[0-3](\.\d{1,2})?$/, changeMessage)
    .transform(Number)
    .refine((value) => Math.abs(value) <= 3, changeMessage)
    .optional()
    .openapi({
      param: { name, in: 'query', required: false },
      type: 'number',
      minimum: -3,
      maximum: 3,
      description: `${title}: under 0 ${ends[0]}, over 0 ${ends[1]}, in steps of what cars usually differ by. For models with \`directions\`.`,
    });
};

/** What can be changed about a car, each by itself. */
export const changes = {
  brightness: change('brightness'),
  warmth: change('warmth'),
  colour: change('colour'),
  background: change('background'),
  windscreen: change('windscreen'),
  lamps: change('lamps'),
  symmetry: change('symmetry'),
} satisfies Record<PropertyName, z.ZodType>;

/** Of a query, what is to be changed. */
export function changesOf(query: Changes): Changes {
  const asked = propertyNames
    .map((name) => [name, query[name]] as const)
    .filter(([, amount]) => amount !== undefined && amount !== 0);
  return Object.fromEntries(asked);
}

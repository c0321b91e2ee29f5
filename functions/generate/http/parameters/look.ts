import { z } from '@hono/zod-openapi';
import { changes } from './changes.ts';
import { optionalSeed } from './seeds.ts';
import { size } from './size.ts';

const largestTruncation = 1.5;

export const truncation = z
  .string()
  // Every number as JSON writes it, and none that is no number in decimals.
  .regex(/^\d{1,2}(\.\d{1,400})?(e[-+]?\d{1,3})?$/i, `must be a number over 0 up to ${largestTruncation}`)
  .transform(Number)
  .refine((value) => value > 0 && value <= largestTruncation, `must be a number over 0 up to ${largestTruncation}`)
  .default(1)
  .openapi({
    param: { name: 'truncation', in: 'query', required: false },
    type: 'number',
    exclusiveMinimum: 0,
    maximum: largestTruncation,
    default: 1,
    description: 'Scales the latent vector: under 1 for more ordinary cars, over 1 for stranger ones.',
  });

export const towards = optionalSeed('towards', 1337, 'The seed of another car that this one is on the way to.').openapi(
  {
    example: undefined,
  },
);

const shareMessage = 'must be a number from 0 to 1 with at most 3 decimals';
export const by = z
  .string()
  .regex(/^(0(\.\d{1,3})?|1(\.0{1,3})?)$/, shareMessage)
  .transform(Number)
  .optional()
  .openapi({
    param: { name: 'by', in: 'query', required: false },
    type: 'number',
    minimum: 0,
    maximum: 1,
    multipleOf: 0.001,
    description: 'How far on the way to `towards`.',
  });

/** How a car is to look, beside its seed. */
export const lookQuery = z.object({ size, truncation, towards, by, ...changes });
export type Look = z.output<typeof lookQuery>;

/** The query string that repeats a look, such as `?size=256&truncation=0.7`; what is left open or usual stays out. */
export function lookString(look: Readonly<Record<string, number | string | undefined>>): string {
  const parts = Object.entries(look)
    .filter(([name, value]) => value !== undefined && !(name === 'truncation' && value === 1))
    .map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

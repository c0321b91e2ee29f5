import { z } from '@hono/zod-openapi';

/** A whole number in a path or a query. Only its plain decimal form is taken, so that a car has one address. */
export function wholeNumber(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string(message)
    .regex(/^(0|[1-9]\d{0,9})$/, message)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, message);
}

/** A whole number of the query, with a default. */
export const count = (name: string, minimum: number, maximum: number, usual: number, description: string) =>
  wholeNumber(minimum, maximum)
    .default(usual)
    .openapi({
      param: { name, in: 'query', required: false },
      type: 'integer',
      minimum,
      maximum,
      default: usual,
      description,
    });

/** Yes or no. */
export const choice = (name: string, description: string) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true')
    .openapi({
      param: { name, in: 'query', required: false },
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
      description,
    });

import { z } from '@hono/zod-openapi';
import { maximumSeed } from '../../../../model/latent.ts';
import { wholeNumber } from './numbers.ts';

/** A morph goes through at most this many cars. */
const throughLimit = 4;

const seed = () => wholeNumber(0, maximumSeed);
export const seedDescription = {
  type: 'integer',
  minimum: 0,
  maximum: maximumSeed,
  description: 'The number that a car is made from: same seed and model, same car.',
  example: 42,
} as const;

export const seedPath = z.object({
  seed: seed().openapi({ param: { name: 'seed', in: 'path' }, ...seedDescription }),
});

/** The seed of a car in a query, under whatever name. */
export const optionalSeed = (
  name: string,
  example: number = seedDescription.example,
  description: string = seedDescription.description,
) =>
  seed()
    .optional()
    .openapi({ param: { name, in: 'query', required: false }, ...seedDescription, description, example });

const throughMessage = `must be 2 to ${throughLimit} whole numbers from 0 to ${maximumSeed}, with commas between`;
export const through = z
  .string()
  .regex(new RegExp(`^(0|[1-9]\\d{0,9})(,(0|[1-9]\\d{0,9})){1,${throughLimit - 1}}$`), throughMessage)
  .transform((text) => text.split(',').map(Number))
  .refine((seeds) => seeds.every((value) => value <= maximumSeed), throughMessage)
  .optional()
  .openapi({
    param: { name: 'through', in: 'query', required: false },
    type: 'string',
    description: `The seeds of 2 to ${throughLimit} cars to walk through in turn, in place of \`from\` and \`to\`.`,
  });

import { z } from '@hono/zod-openapi';
import { modelVersionSchema } from '../../../../model/bundle/manifest.ts';

/** The version of a model; one that is well formed may still not exist. */
export const version = () =>
  // A schema of its own: only those made by this module's `z` can be described.
  z
    .string()
    .refine((text) => modelVersionSchema.safeParse(text).success, 'must be 1 to 64 of a-z, 0-9, dot and hyphen');

export const versionPath = z.object({
  version: version().openapi({
    param: { name: 'version', in: 'path' },
    type: 'string',
    maxLength: 64,
    description: 'The name of one trained model; `/models` lists those to choose from.',
    example: 'fronts-32',
  }),
});

import { z } from '@hono/zod-openapi';
import { modelVersionSchema } from '../../../model/bundle/manifest.ts';
import type { Changes } from '../../../model/directions/directions.ts';
import { type PropertyName, propertyNames, propertyTitles } from '../../../model/directions/properties.ts';
import { maximumSeed } from '../../../model/latent.ts';
import { ParameterError } from './problem.ts';

/** The smallest and largest width of a car that can be asked for, in pixels. */
export const sizeRange = { minimum: 32, maximum: 512 } as const;
const largestTruncation = 1.5;
/** A sheet has at most this many rows and columns. */
const sheetLimit = 16;
/** A morph has at most this many frames. */
const frameLimit = 120;
/** A morph goes through at most this many cars. */
const throughLimit = 4;
/** Milliseconds that each frame of a morph is shown. */
export const usualDelay = 80;

/** A whole number in a path or a query. Only its plain decimal form is taken, so that a car has one address. */
export function wholeNumber(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string(message)
    .regex(/^(0|[1-9]\d{0,9})$/, message)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, message);
}

const seed = () => wholeNumber(0, maximumSeed);
const seedDescription = {
  type: 'integer',
  minimum: 0,
  maximum: maximumSeed,
  description: 'The number that a car is made from: same seed and model, same car.',
  example: 42,
} as const;

const truncation = z
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

const size = wholeNumber(sizeRange.minimum, sizeRange.maximum)
  .optional()
  .openapi({
    param: { name: 'size', in: 'query', required: false },
    type: 'integer',
    ...sizeRange,
    // Every model's own size is a multiple of the smallest.
    multipleOf: sizeRange.minimum,
    description: "Width and height in pixels, a multiple of the model's own size, which is the default.",
    example: 256,
  });

/** A whole number of the query, with a default. */
const count = (name: string, minimum: number, maximum: number, usual: number, description: string) =>
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

export const seedPath = z.object({
  seed: seed().openapi({ param: { name: 'seed', in: 'path' }, ...seedDescription }),
});

/** The version of a model; one that is well formed may still not exist. */
const version = () =>
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

const optionalSeed = (
  name: string,
  example: number = seedDescription.example,
  description: string = seedDescription.description,
) =>
  seed()
    .optional()
    .openapi({ param: { name, in: 'query', required: false }, ...seedDescription, description, example });

const towards = optionalSeed('towards', 1337, 'The seed of another car that this one is on the way to.').openapi({
  example: undefined,
});

const shareMessage = 'must be a number from 0 to 1 with at most 3 decimals';
const by = z
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
const changes = {
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

/** How a car is to look, beside its seed. */
export const lookQuery = z.object({ size, truncation, towards, by, ...changes });
export type Look = z.output<typeof lookQuery>;

const throughMessage = `must be 2 to ${throughLimit} whole numbers from 0 to ${maximumSeed}, with commas between`;
const through = z
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

const choice = (name: string, description: string) =>
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

const back = choice('back', 'Whether it walks back again before it begins anew.');

export const sheetQuery = z.object({
  rows: count('rows', 1, sheetLimit, 8, 'How many cars there are one below the other.'),
  columns: count('columns', 1, sheetLimit, 8, 'How many cars there are side by side.'),
  seed: optionalSeed('seed'),
  around: optionalSeed('around').openapi({
    example: undefined,
    description:
      'A car that all others are like: each row further on the way from it to the cars that the sheet would have.',
  }),
  truncation,
  ...changes,
});
export type SheetQuery = z.output<typeof sheetQuery>;

export const morphQuery = z.object({
  from: optionalSeed('from'),
  to: optionalSeed('to', 1337),
  through,
  frames: count('frames', 2, frameLimit, 24, 'How many cars the walk has, both ends included; fewer at large sizes.'),
  delay: count('delay', 20, 1000, usualDelay, 'Milliseconds that each car is shown.'),
  back,
  size,
  truncation,
  ...changes,
});
export type MorphQuery = z.output<typeof morphQuery>;

export const pageQuery = z.object({
  seed: optionalSeed('seed'),
  truncation,
  towards,
  by,
  ...changes,
  model: version()
    .optional()
    .openapi({
      param: { name: 'model', in: 'query', required: false },
      type: 'string',
      maxLength: 64,
      description:
        'One of the models at `/models`; without it, or where that one is not offered any more or cannot be loaded, the one of the largest cars.',
    }),
});

export const morphPageQuery = z.object({
  cars: through.openapi({
    param: { name: 'cars', in: 'query', required: false },
    description: 'The seeds of 2 to 4 cars to walk through; without it two fresh ones.',
  }),
  square: choice('square', 'Whether four cars are the corners of a square.'),
  at: z
    .string()
    .regex(/^\d{1,3}(,\d{1,2})?$/, 'must be a number of steps, or two with a comma between')
    .optional()
    .openapi({
      param: { name: 'at', in: 'query', required: false },
      type: 'string',
      description: 'Where on the walk, in steps, of which there are 50 from one car to the next.',
    }),
  truncation,
  ...changes,
  model: pageQuery.shape.model,
});
export type MorphPageQuery = z.output<typeof morphPageQuery>;

export const wallQuery = z.object({
  from: optionalSeed('from', 0, 'The first car; the wall begins with the block that it stands in.')
    .unwrap()
    .default(0)
    .openapi({
      param: { name: 'from', in: 'query', required: false },
      ...seedDescription,
      description: 'The first car; the wall begins with the block that it stands in.',
      example: 0,
    }),
  truncation,
  model: pageQuery.shape.model,
});
export type WallQuery = z.output<typeof wallQuery>;

export const findQuery = z.object({ model: pageQuery.shape.model });

export const aboutQuery = z.object({
  model: pageQuery.shape.model,
  round: optionalSeed('round', 7, 'The number of the two cars of the game.'),
  side: z
    .enum(['left', 'right'], 'must be left or right')
    .optional()
    .openapi({
      param: { name: 'side', in: 'query', required: false },
      type: 'string',
      enum: ['left', 'right'],
      description: 'Which of the two cars of the game was taken for the one by the model of the largest cars.',
    }),
});

export const nothing = z.object({});

/**
 * Checks the strings of a path or a query against their schema.
 *
 * @throws ParameterError that names the first parameter which is wrong.
 */
export function parseParameters<Schema extends z.ZodObject>(
  schema: Schema,
  values: Readonly<Record<string, string>>,
): z.output<Schema> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? 'parameter');
  throw new ParameterError(name, `${name} ${issue?.message ?? 'is wrong'}.`);
}

/** The factor by which the model's own pixels are enlarged for `?size=`. */
export function scaleOf(size: number | undefined, imageSize: number): number {
  const scale = (size ?? imageSize) / imageSize;
  if (Number.isInteger(scale)) return scale;
  throw new ParameterError('size', `size must be a multiple of ${imageSize}, the size of this model's own pictures.`);
}

/** The query string that repeats a look, such as `?size=256&truncation=0.7`; what is left open or usual stays out. */
export function lookString(look: Readonly<Record<string, number | string | undefined>>): string {
  const parts = Object.entries(look)
    .filter(([name, value]) => value !== undefined && !(name === 'truncation' && value === 1))
    .map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

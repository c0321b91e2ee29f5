import { z } from '@hono/zod-openapi';
import { maximumSeed } from '../../model/latent.ts';
import { ParameterError } from './problem.ts';

/** The smallest and largest width of a car that can be asked for, in pixels. */
export const sizeRange = { minimum: 32, maximum: 512 } as const;
const largestTruncation = 1.5;
/** A sheet has at most this many rows and columns. */
const sheetLimit = 16;

/** A whole number in a path or a query. Only its plain decimal form is taken, so that a car has one address. */
function wholeNumber(minimum: number, maximum: number) {
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
  .regex(/^\d{1,2}(\.\d{1,6})?$/, `must be a number over 0 up to ${largestTruncation}`)
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
    description: "Width and height in pixels, a multiple of the model's own size, which is the default.",
    example: 256,
  });

const rowsOrColumns = (name: string) =>
  wholeNumber(1, sheetLimit)
    .default(8)
    .openapi({
      param: { name, in: 'query', required: false },
      type: 'integer',
      minimum: 1,
      maximum: sheetLimit,
      default: 8,
    });

export const seedPath = z.object({
  seed: seed().openapi({ param: { name: 'seed', in: 'path' }, ...seedDescription }),
});

/** How a car is to look, beside its seed. */
export const lookQuery = z.object({ size, truncation });
export type Look = z.output<typeof lookQuery>;

const optionalSeed = seed()
  .optional()
  .openapi({ param: { name: 'seed', in: 'query', required: false }, ...seedDescription });

export const sheetQuery = z.object({
  rows: rowsOrColumns('rows'),
  columns: rowsOrColumns('columns'),
  seed: optionalSeed,
  truncation,
});

export const pageQuery = z.object({ seed: optionalSeed, truncation });

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

/** The query string that repeats a look, such as `?size=256&truncation=0.7`; empty for the defaults. */
export function lookString(look: Partial<Look>): string {
  const parts = [];
  if (look.size !== undefined) parts.push(`size=${look.size}`);
  if (look.truncation !== undefined && look.truncation !== 1) parts.push(`truncation=${look.truncation}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

import { z } from '@hono/zod-openapi';
import { changes } from './changes.ts';
import { by, towards, truncation } from './look.ts';
import { choice, count } from './numbers.ts';
import { optionalSeed, seedDescription, through } from './seeds.ts';
import { size } from './size.ts';
import { version } from './version.ts';

/** A sheet has at most this many rows and columns. */
const sheetLimit = 16;
/** A morph has at most this many frames. */
const frameLimit = 120;
/** Milliseconds that each frame of a morph is shown. */
export const usualDelay = 80;

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

import { encodeApng } from '../../../model/apng.ts';
import { drawMorph, drawSeeds, seedsFrom } from '../../../model/draw.ts';
import { encodePng, pictureOf, picturesOf, scaleUp, sheet } from '../../../model/image.ts';
import type { ServedModel } from '../models/served-model.ts';
import { type Look, lookString, type MorphQuery, type SheetQuery, scaleOf } from './parameters.ts';
import { ParameterError } from './problem.ts';

/** A picture that was asked for, with everything about it decided and nothing drawn yet. */
export interface Picture {
  /** The seed of its first car. */
  readonly seed: number;
  readonly cars: number;
  /** Whether a seed was drawn for it, so that the same request means another picture next time. */
  readonly fresh: boolean;
  /** What tells it from every other picture of its model. */
  readonly key: readonly (string | number)[];
  /** Its permanent address below the service or below a model: `cars/7.png?size=64`. */
  readonly address: string;
  draw(): Promise<Uint8Array>;
  encode(cars: Uint8Array): Uint8Array;
}

/** Milliseconds that each frame of a morph is shown. */
const frameDelay = 80;

/**
 * What one request may cost, in pixels: of cars that the network draws, and of what is encoded once they are enlarged.
 * The first keeps an answer under the 6 MB that a Lambda function may return, base64 and all, even if nothing in it
 * can be compressed; enlarged pixels compress to next to nothing.
 */
const drawnLimit = 2 ** 20;
const encodedLimit = 2 ** 22;

export function carPicture({ engine }: ServedModel, look: Look, asked: number | undefined, fresh: () => number) {
  const seed = asked ?? fresh();
  const { truncation } = look;
  const scale = scaleOf(look.size, engine.imageSize);
  return {
    seed,
    cars: 1,
    fresh: asked === undefined,
    key: [seed, scale, truncation],
    address: `cars/${seed}.png${lookString(look)}`,
    draw: () => drawSeeds(engine, [seed], truncation),
    encode: (cars) => encodePng(scaleUp(pictureOf(cars, 0, engine.imageSize), scale)),
  } satisfies Picture;
}

/** `seed`, `seed + 1`, ... row by row; after the largest seed they go on at 0. */
export function sheetPicture({ engine }: ServedModel, query: SheetQuery, fresh: () => number) {
  const { rows, columns, truncation, seed = fresh() } = query;
  const cars = rows * columns;
  if (cars * engine.imageSize ** 2 > drawnLimit)
    throw tooLarge('rows', `rows times columns must be at most ${Math.floor(drawnLimit / engine.imageSize ** 2)}`);
  return {
    seed,
    cars,
    fresh: query.seed === undefined,
    key: ['sheet', seed, rows, columns, truncation],
    address: `sheet.png${lookString({ rows, columns, seed, truncation })}`,
    draw: () => drawSeeds(engine, seedsFrom(seed, cars), truncation),
    encode: (pixels) => encodePng(sheet(pixels, engine.imageSize, { columns })),
  } satisfies Picture;
}

export function morphPicture({ engine }: ServedModel, query: MorphQuery, fresh: () => number) {
  const { frames, truncation, size, from = fresh(), to = fresh() } = query;
  const { imageSize } = engine;
  const scale = scaleOf(size, imageSize);
  const most = Math.floor(Math.min(drawnLimit / imageSize ** 2, encodedLimit / (imageSize * scale) ** 2));
  if (frames > most) throw tooLarge('frames', `frames must be at most ${most} at this size`);
  return {
    seed: from,
    cars: frames,
    fresh: query.from === undefined || query.to === undefined,
    key: ['morph', from, to, frames, scale, truncation],
    address: `morph.png${lookString({ from, to, frames, size, truncation })}`,
    draw: () => drawMorph(engine, { from, to, frames }, truncation),
    encode: (cars) => encodeApng(picturesOf(cars, imageSize, scale), { delay: frameDelay }),
  } satisfies Picture;
}

function tooLarge(parameter: string, reason: string): ParameterError {
  return new ParameterError(parameter, `${reason}, because one answer has to stay small.`);
}

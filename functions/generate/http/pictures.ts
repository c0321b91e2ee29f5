import { apngSteps } from '../../../model/apng.ts';
import { wayOfRow } from '../../../model/around.ts';
import { type Changes, changeLatents } from '../../../model/directions/change.ts';
import { latentsOfMorph, seedsFrom, truncatedLatents } from '../../../model/draw.ts';
import { pictureOf, picturesOf, sheet } from '../../../model/image.ts';
import { pngSteps } from '../../../model/png.ts';
import { shareCard } from '../../../model/share-card.ts';
import type { ServedModel } from '../models/served-model.ts';
import { changesOf } from './parameters/changes.ts';
import { type Look, lookString } from './parameters/look.ts';
import { type MorphQuery, type SheetQuery, usualDelay } from './parameters/queries.ts';
import { scaleOf } from './parameters/size.ts';
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
  /** The latent vectors of its cars, one after the other. */
  latents(): Float32Array;
  /** Encodes its cars' pixels in steps of some milliseconds. */
  encode(cars: Uint8Array): Generator<undefined, Uint8Array>;
}

/**
 * What one request may cost, in pixels: of cars that the network draws, and of what is encoded once they are enlarged.
 * The first keeps an answer under the 6 MB that a Lambda function may return, base64 and all, even if nothing in it
 * can be compressed; enlarged pixels compress to next to nothing.
 */
const drawnLimit = 2 ** 20;
const encodedLimit = 2 ** 22;

export function carPicture(served: ServedModel, look: Look, asked: number | undefined, fresh: () => number) {
  const { engine } = served;
  const seed = asked ?? fresh();
  const change = changeOf(served, look);
  const { truncation, towards, by } = checkWay(look);
  const scale = scaleOf(look.size, engine.imageSize);
  return {
    seed,
    cars: 1,
    fresh: asked === undefined,
    key: [seed, scale, truncation, ...change.key, ...(by === undefined ? [] : [`${towards}-${by}`])],
    address: `cars/${seed}.png${lookString(look)}`,
    latents: () => change.apply(truncatedLatents(engine, [{ seed, towards, by }], truncation)),
    encode: (cars) => pngSteps(pictureOf(cars, 0, engine.imageSize), { scale }),
  } satisfies Picture;
}

/** A car with its number beside it, to stand beside a link to it. */
export function cardPicture(served: ServedModel, look: Omit<Look, 'size'>, seed: number) {
  const { engine } = served;
  const change = changeOf(served, look);
  const { truncation, towards, by } = checkWay(look);
  const between = by === undefined ? [] : [`${Math.round(by * 100)}% OF THE WAY`, `TO CAR ${towards}`];
  return {
    seed,
    cars: 1,
    fresh: false,
    key: ['card', seed, truncation, ...change.key, ...(by === undefined ? [] : [`${towards}-${by}`])],
    address: `cars/${seed}/card.png${lookString(look)}`,
    latents: () => change.apply(truncatedLatents(engine, [{ seed, towards, by }], truncation)),
    encode: (cars) =>
      pngSteps(shareCard(pictureOf(cars, 0, engine.imageSize), [`CAR ${seed}`, ...between, 'DOES NOT EXIST.'])),
  } satisfies Picture;
}

/**
 * What a query changes about cars.
 *
 * @throws ParameterError when the model does not know how.
 */
function changeOf({ manifest, directions }: ServedModel, query: Changes) {
  const changes = changesOf(query);
  const known = directions?.directions ?? [];
  const strange = Object.keys(changes).find((asked) => known.every(({ name }) => name !== asked));
  if (strange !== undefined) {
    const place = `/models/${manifest.version}/directions`;
    throw new ParameterError(
      strange,
      `The model ${manifest.version} cannot change ${strange} by itself; ${place} lists what it can.`,
    );
  }
  return {
    changes,
    key: Object.entries(changes).map(([name, amount]) => `${name}${amount}`),
    apply: (latents: Float32Array) => changeLatents(latents, changes, directions),
  };
}

/** @throws ParameterError when only one of two that belong together is there. */
function checkWay<Asked extends Pick<Look, 'towards' | 'by'>>(look: Asked): Asked {
  if ((look.towards === undefined) === (look.by === undefined)) return look;
  const missing = look.by === undefined ? 'by' : 'towards';
  throw new ParameterError(missing, 'towards and by go together: which car, and how far on the way to it.');
}

/**
 * `seed`, `seed + 1`, ... row by row; after the largest seed they go on at 0. With `around`, the cars on the way from that one to these.
 */
export function sheetPicture(served: ServedModel, query: SheetQuery, fresh: () => number) {
  const { engine } = served;
  const change = changeOf(served, query);
  const { rows, columns, truncation, around, seed = fresh() } = query;
  const cars = rows * columns;
  if (cars * engine.imageSize ** 2 > drawnLimit)
    throw tooLarge('rows', `rows times columns must be at most ${Math.floor(drawnLimit / engine.imageSize ** 2)}`);
  return {
    seed,
    cars,
    fresh: query.seed === undefined,
    key: ['sheet', seed, rows, columns, truncation, ...change.key, ...(around === undefined ? [] : [around])],
    address: `sheet.png${lookString({ rows, columns, seed, around, truncation, ...change.changes })}`,
    latents: () => {
      const seeds = seedsFrom(seed, cars);
      const way = (at: number) => wayOfRow(Math.floor(at / columns), rows);
      const between = (towards: number, at: number) => ({ seed: around ?? towards, towards, by: way(at) });
      const asked = around === undefined ? seeds.map((seed) => ({ seed })) : seeds.map(between);
      return change.apply(truncatedLatents(engine, asked, truncation));
    },
    encode: (pixels) => pngSteps(sheet(pixels, engine.imageSize, { columns })),
  } satisfies Picture;
}

export function morphPicture(served: ServedModel, query: MorphQuery, fresh: () => number) {
  const { engine } = served;
  const change = changeOf(served, query);
  const { frames, truncation, size, delay, back } = query;
  const { through, named, fresh: isFresh } = carsOfMorph(query, fresh);
  const { imageSize } = engine;
  const scale = scaleOf(size, imageSize);
  // On the way back every frame is sent once more.
  const sent = back ? 2 : 1;
  const most = Math.floor(Math.min(drawnLimit / imageSize ** 2, encodedLimit / (imageSize * scale) ** 2) / sent);
  // What is usual stays out of the address, as everywhere.
  const pace = { delay: delay === usualDelay ? undefined : delay, back: back ? 'true' : undefined };
  if (frames > most) throw tooLarge('frames', `frames must be at most ${most} at this size`);
  return {
    seed: through[0] ?? 0,
    cars: frames,
    fresh: isFresh,
    key: ['morph', ...through, frames, scale, truncation, delay, String(back), ...change.key],
    address: `morph.png${lookString({ ...named, frames, size, truncation, ...change.changes, ...pace })}`,
    latents: () => change.apply(latentsOfMorph(engine, { through, frames }, truncation)),
    encode: (cars) => {
      const pictures = picturesOf(cars, imageSize);
      return apngSteps(back ? [...pictures, ...pictures.slice(1, -1).reverse()] : pictures, { delay, scale });
    },
  } satisfies Picture;
}

/** The cars that a morph goes through: those of `through`, else `from` and `to`, of which either can be fresh. */
function carsOfMorph({ through, from, to }: MorphQuery, fresh: () => number) {
  if (through === undefined) {
    const [first, last] = [from ?? fresh(), to ?? fresh()];
    return { through: [first, last], named: { from: first, to: last }, fresh: from === undefined || to === undefined };
  }
  const also = from === undefined ? 'to' : 'from';
  if (from !== undefined || to !== undefined)
    throw new ParameterError(also, `${also} cannot stand beside through, which names all cars.`);
  return { through, named: { through: through.join(',') }, fresh: false };
}

function tooLarge(parameter: string, reason: string): ParameterError {
  return new ParameterError(parameter, `${reason}, because one answer has to stay small.`);
}

import { changeLatents } from '../../../model/directions/change.ts';
import type { Directions } from '../../../model/directions/directions.ts';
import { carAddress, type Manner, walkSteps } from './address.ts';
import type { DrawFrames } from './frames.ts';
import type { LocalEngine, ModelFacts } from './local-engine.ts';
import { pointOf, type Walk } from './walk.ts';

/** Steps between two frames that the service draws: each is a request, and its throttle allows few. */
export const coarseness = walkSteps / 10;

/** Has the service draw, one car for each request. */
export function drawByService(walk: () => Walk, manner: () => Manner): DrawFrames {
  return async ([key]) => {
    if (key === undefined) return [];
    const { seed, towards, by } = walk().betweenAt(pointOf(key));
    const between = by === 0 ? {} : { towards, by: Math.round(by * 1000) / 1000 };
    const response = await fetch(carAddress({ seed, ...manner(), ...between }));
    if (!response.ok) throw new Error(`The service has no car: ${response.status}`);
    return [await createImageBitmap(await response.blob())];
  };
}

/** What drawing in the browser needs. */
export interface Local {
  readonly engine: LocalEngine;
  readonly facts: ModelFacts;
  readonly directions: Directions | undefined;
}

/** Draws in the browser, several at once. */
export function drawLocally(walk: () => Walk, manner: () => Manner, { engine, facts, directions }: Local): DrawFrames {
  const { latentSize, imageSize } = facts;
  return async (keys) => {
    const latents = new Float32Array(keys.length * latentSize);
    const current = walk();
    for (const [index, key] of keys.entries()) {
      latents.set(current.latentAt(pointOf(key), latentSize), index * latentSize);
    }
    const { truncation, model: _, ...changes } = manner();
    const cars = await engine.draw(latents, truncation, (scaled) => changeLatents(scaled, changes, directions));
    const bytes = imageSize ** 2 * 3;
    return keys.map((_, index) => imageOf(cars.subarray(index * bytes, (index + 1) * bytes), imageSize));
  };
}

/** Pixels of RGB as a canvas takes them. */
export function imageOf(rgb: Uint8Array, size: number): ImageData {
  const image = new ImageData(size, size);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    image.data[to] = rgb[from] ?? 0;
    image.data[to + 1] = rgb[from + 1] ?? 0;
    image.data[to + 2] = rgb[from + 2] ?? 0;
    image.data[to + 3] = 255;
  }
  return image;
}

import type { Engine } from '../../../model/engine/engine.ts';
import type { Picture } from './pictures.ts';
import type { Work } from './work-queue.ts';

/** A picture that is drawn and encoded. */
export interface DrawnPicture {
  readonly png: Uint8Array;
  /** Milliseconds that drawing and encoding took, without the time in which others had their turn. */
  readonly drawing: number;
  readonly encoding: number;
}

/**
 * Pixels that one step draws: some milliseconds. More cars at once are no faster each, measured from 1 to 64 on one thread, and keep
 * everyone else waiting.
 */
const stepPixels = 2048;
/** So many pixels are encoded in the time that one takes to be drawn. */
const encodedPerDrawn = 16;

/** Draws and encodes a picture in steps. */
export function pictureWork(engine: Engine, picture: Picture): Work<DrawnPicture> {
  const pixels = picture.cars * engine.imageSize ** 2;
  return {
    size: pixels + pixels / encodedPerDrawn,
    async *steps() {
      let [drawing, encoding] = [0, 0];
      let start = performance.now();
      const cars = new Uint8Array(pixels * 3);
      for await (const drawn of drawnParts(engine, picture.latents(), cars)) {
        drawing += performance.now() - start;
        if (drawn < pixels) yield pixels - drawn + pixels / encodedPerDrawn;
        start = performance.now();
      }
      const encoder = picture.encode(cars);
      for (let left = pixels / encodedPerDrawn; ; ) {
        const { done, value } = encoder.next();
        encoding += performance.now() - start;
        if (done) return { png: value, drawing, encoding };
        left = Math.max(0, left - stepPixels / encodedPerDrawn);
        yield left;
        start = performance.now();
      }
    },
  };
}

/** Draws cars into `cars`, some at once; yields how many pixels are drawn after each time. */
async function* drawnParts(engine: Engine, latents: Float32Array, cars: Uint8Array): AsyncGenerator<number> {
  const step = Math.max(1, Math.floor(stepPixels / engine.imageSize ** 2)) * engine.latentSize;
  let at = 0;
  for (let from = 0; from < latents.length; from += step) {
    const part = await engine.draw(latents.slice(from, from + step));
    cars.set(part, at);
    at += part.length;
    yield at / 3;
  }
}

import type { Manifest } from '../../model/bundle/manifest.ts';
import { loadEngine } from '../../model/engine/load.ts';
import { FreshcarError } from '../../model/errors.ts';
import { latentsFromSeeds } from '../../model/latent.ts';
import type { BundleSource } from '../../model/store/store.ts';

/** The cars that every model has to draw before it is let through: eight seeds, as good as any. */
const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
/** An image in which no channel varies more than this (standard deviation, of 255) is plain: black, grey, or one colour. */
const plain = 4;

/**
 * Loads a model as the service does and draws with it.
 *
 * @throws FreshcarError as `loadEngine` does, and `damaged-bundle` when it draws plain pictures or one car for all seeds.
 */
export async function drawGoldenCars(source: Pick<BundleSource, 'readFile'>, manifest: Manifest): Promise<void> {
  const engine = await loadEngine(source, manifest);
  try {
    const pixels = await engine.draw(latentsFromSeeds(seeds, engine.latentSize));
    const bytes = pixels.length / seeds.length;
    const cars = seeds.map((_, car) => Buffer.from(pixels.subarray(car * bytes, (car + 1) * bytes)));
    const refuse = (why: string) => new FreshcarError('damaged-bundle', `The model ${manifest.version} ${why}.`);
    if (cars.some((car) => channelsOf(car).every((channel) => deviation(channel) < plain)))
      throw refuse('draws plain pictures instead of cars');
    if (new Set(cars.map((car) => car.toString('latin1'))).size < seeds.length)
      throw refuse('draws the same car for different seeds');
  } finally {
    await engine.dispose();
  }
}

/** Red, green and blue apart: the one colour of a plain image need not be grey. */
function channelsOf(car: Uint8Array): Uint8Array[] {
  return [0, 1, 2].map((channel) => car.filter((_, at) => at % 3 === channel));
}

function deviation(bytes: Uint8Array): number {
  const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
  return Math.sqrt(bytes.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / bytes.length);
}

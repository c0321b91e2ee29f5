import { sheet } from '../image.ts';
import { latentsFromSeeds } from '../latent.ts';
import { encodePng } from '../png.ts';

/** The cars of every sheet, a bundle's and a run's: the same 64 seeds, so that sheets can be compared. */
const seeds = Array.from({ length: 64 }, (_, seed) => seed);

export const samplesName = 'samples.png';

/** The optional picture of how a model learnt: the same cars, row by row, at later and later moments. */
export const timeLapseName = 'time-lapse.png';

/** What a generator makes the cars of a sheet from. */
export function sampleLatents(latentSize: number): Float32Array {
  return latentsFromSeeds(seeds, latentSize);
}

/** How much larger a sheet's cars are drawn. */
export const sampleScale = (imageSize: number) => Math.max(1, Math.round(96 / imageSize));

/** The sheet of the cars that were made from `sampleLatents`, as a PNG. */
export function encodeSamples(cars: Uint8Array, imageSize: number): Uint8Array {
  return encodePng(sheet(cars, imageSize, { columns: 8, scale: sampleScale(imageSize), gap: 2 }));
}

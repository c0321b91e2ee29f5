import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { drawSeeds, seedsFrom } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import { pictureOf } from '../image.ts';
import type { CarIndex, Projection } from './car-index.ts';
import { featureParts, featuresOf } from './features.ts';
import { projectFeatures } from './nearest.ts';
import { paintOf } from './paint.ts';

/** Cars that are drawn at once. */
const batch = 64;
/** How many numbers stand for the features of each kind. */
const dimensions = 16;
/** The axes are found with so many cars, which is enough for as few axes. */
const carsForAxes = 2000;
/** What is quantised to bytes; what reaches further is cut off. */
const farthest = 127;
/** The quantised numbers of a kind spread by so many steps over all its axes: the first axis, which has most, still fits. */
const spread = 60;

/**
 * Draws the cars of the first seeds and writes down what they look like. The features of each kind are projected on the principal
 * components that they vary along most, scaled to weigh as much as the other kind, and rounded to bytes.
 *
 * @param onProgress Is told how many are drawn.
 */
export async function buildIndex(
  engine: Engine,
  cars: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<CarIndex> {
  const features: Float32Array[] = [];
  const paints = new Uint8Array(cars * 3);
  for (let first = 0; first < cars; first += batch) {
    const seeds = seedsFrom(first, Math.min(batch, cars - first));
    const drawn = await drawSeeds(engine, seeds);
    for (const [at, seed] of seeds.entries()) {
      const picture = pictureOf(drawn, at, engine.imageSize);
      features.push(featuresOf(picture));
      paints.set(paintOf(picture), seed * 3);
    }
    onProgress(features.length);
  }
  let from = 0;
  const projections = featureParts.map((length) => {
    const part = features.slice(0, carsForAxes).map((one) => one.subarray(from, from + length));
    from += length;
    return projectionOf(part);
  });
  const rows = features.map((one) => projectFeatures({ projections }, one));
  const codes = new Int8Array(cars * (rows[0]?.length ?? 0));
  rows.forEach((row, car) => {
    codes.set(row.map(quantised), car * row.length);
  });
  return { cars, projections, codes, paints };
}

const quantised = (value: number) => Math.max(-farthest, Math.min(farthest, Math.round(value)));

function projectionOf(rows: readonly Float32Array[]): Projection {
  const matrix = new Matrix(rows.map((row) => [...row]));
  const mean = matrix.mean('column');
  const centred = matrix.subRowVector(mean);
  const covariance = centred.transpose().mmul(centred).div(rows.length);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  // They come in ascending order.
  const last = realEigenvalues.length - 1;
  const kept = Array.from({ length: Math.min(dimensions, rows[0]?.length ?? 0) }, (_, at) => last - at);
  const variance = kept.reduce((sum, at) => sum + Math.max(0, realEigenvalues[at] ?? 0), 0);
  const axes = kept.flatMap((at) => eigenvectorMatrix.getColumn(at));
  return {
    mean: Float32Array.from(mean),
    axes: Float32Array.from(axes),
    dimensions: kept.length,
    step: Math.max(1e-6, Math.sqrt(variance)) / spread,
  };
}

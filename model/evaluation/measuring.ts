import type { Dataset } from '../dataset/read-dataset.ts';
import { drawSeeds, seedsFrom } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import { mirrorRows } from '../image.ts';
import { createEvaluation, type Evaluation } from './evaluate.ts';
import type { FeatureExtractor } from './extractor.ts';
import type { FeatureSet } from './feature-set.ts';

/** The cars that are measured. */
export interface MeasuredCars {
  readonly count: number;
  /** The first car's; the next ones count on from it. */
  readonly seed: number;
  readonly truncation: number;
}

/** Is told what is being done. */
type Report = (what: string) => void;

/** Measures one model after the other against the same pictures, whose features are computed once. */
export interface Measuring {
  /** Numbers that make the features of one picture. */
  readonly featureSize: number;
  measure(
    engine: Engine,
    cars: MeasuredCars,
    report?: Report,
  ): Promise<{ readonly evaluation: Evaluation; readonly cars: Uint8Array }>;
}

/**
 * @param data Real pictures that the models were not trained on.
 * @param training The ones that they were trained on, for the check for copies.
 */
export async function createMeasuring(
  extractor: Pick<FeatureExtractor, 'extract'>,
  data: Dataset,
  training: Dataset | undefined,
  report: Report = () => undefined,
): Promise<Measuring> {
  const real = await extractMany(extractor, data, 'real pictures', report);
  const seen = training && (await extractMirrored(extractor, training, report));
  const evaluate = createEvaluation({ real, training: seen });
  return {
    featureSize: real.size,
    measure: async (engine, wanted, report = () => undefined) => {
      report(`drawing ${wanted.count} cars`);
      const images = await drawMany(engine, wanted);
      const cars = { images, imageSize: engine.imageSize, count: wanted.count };
      const features = await extractMany(extractor, cars, 'cars', report);
      return { evaluation: await evaluate(features, report), cars: images };
    },
  };
}

type Images = Pick<Dataset, 'images' | 'imageSize' | 'count'>;

/** Pictures whose features are computed before the next ones are touched. */
const picturesAtOnce = 1024;

/** A part at a time, which bounds the memory and lets progress be told. */
async function extractMany(
  extractor: Pick<FeatureExtractor, 'extract'>,
  { images, imageSize, count }: Images,
  what: string,
  report: Report,
  change: (pixels: Uint8Array) => Uint8Array = (pixels) => pixels,
): Promise<FeatureSet> {
  const bytes = imageSize ** 2 * 3;
  let values = new Float32Array();
  let size = 0;
  for (let first = 0; first < count; first += picturesAtOnce) {
    report(`looking at the ${what}: ${first} of ${count}`);
    const some = images.subarray(first * bytes, (first + picturesAtOnce) * bytes);
    const features = await extractor.extract(change(some), imageSize);
    size = features.size;
    if (values.length === 0) values = new Float32Array(count * size);
    values.set(features.values, first * size);
  }
  return { values, count, size };
}

/** Of all pictures, and behind them of their mirror images. */
async function extractMirrored(
  extractor: Pick<FeatureExtractor, 'extract'>,
  training: Images,
  report: Report,
): Promise<FeatureSet> {
  const plain = await extractMany(extractor, training, 'training pictures', report);
  const mirror = (pixels: Uint8Array) => mirrorRows(pixels, training.imageSize);
  const mirrored = await extractMany(extractor, training, "training pictures' mirror images", report, mirror);
  const values = new Float32Array(plain.values.length * 2);
  values.set(plain.values);
  values.set(mirrored.values, plain.values.length);
  return { values, count: plain.count * 2, size: plain.size };
}

/** In batches, which bound the memory. */
async function drawMany(engine: Engine, { seed, count, truncation }: MeasuredCars): Promise<Uint8Array> {
  const bytes = engine.imageSize ** 2 * 3;
  const cars = new Uint8Array(count * bytes);
  const batch = 64;
  for (let first = 0; first < count; first += batch) {
    const seeds = seedsFrom(seed + first, Math.min(batch, count - first));
    cars.set(await drawSeeds(engine, seeds, truncation), first * bytes);
  }
  return cars;
}

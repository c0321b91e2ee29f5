import type { Dataset } from '../dataset/read-dataset.ts';
import { drawSeeds, seedsFrom } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import { mirrored } from './closest-pairs.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { FeatureExtractor } from './extractor.ts';

/** The cars that are measured. */
export interface MeasuredCars {
  readonly count: number;
  /** The first car's; the next ones count on from it. */
  readonly seed: number;
  readonly truncation: number;
}

/** Measures one model after the other against the same pictures, whose features are computed once. */
export interface Measuring {
  /** Numbers that make the features of one picture. */
  readonly featureSize: number;
  /** @param report Is told what is being done. */
  measure(
    engine: Engine,
    cars: MeasuredCars,
    report?: (what: string) => void,
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
): Promise<Measuring> {
  const real = await extractor.extract(data.images, data.imageSize);
  const seen = training && (await extractor.extract(mirrored(training), training.imageSize));
  return {
    featureSize: real.size,
    measure: async (engine, wanted, report = () => undefined) => {
      report(`drawing ${wanted.count} cars`);
      const cars = await drawMany(engine, wanted);
      report('looking at them');
      const features = await extractor.extract(cars, engine.imageSize);
      report('comparing');
      return { evaluation: evaluate({ cars: features, real, training: seen }), cars };
    },
  };
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

import { generator } from '../architecture/dcgan.ts';
import { exportOnnx } from '../bundle/onnx-export.ts';
import { readDataset } from '../dataset/read-dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { createOnnxEngine } from '../engine/onnx.ts';
import { shippedFeatures } from '../store/shipped.ts';
import type { ScoreRow } from '../training/run/scores.ts';
import type { Snapshot } from '../training/run/snapshot.ts';
import type { OpenScoring } from '../training/run-training.ts';
import { doubts, refuseSharedPictures } from './doubts.ts';
import type { Evaluation } from './evaluate.ts';
import { openExtractor } from './extractor.ts';
import { createMeasuring } from './measuring.ts';
import { protocol } from './protocol.ts';

/** Measures the snapshots of a run while it trains, by the protocol and the shipped features. */
export const openScoring: OpenScoring = async (heldOut, training, { show, warn }) => {
  const data = await readDataset(heldOut);
  for (const doubt of doubts(training.sha256, data, training)) warn(doubt);
  refuseSharedPictures(data, training, { save: false, warn });
  const extractor = await openExtractor(shippedFeatures());
  const measuring = await createMeasuring(extractor, data, training, show);
  const { cars: count, firstSeed: seed } = protocol;
  const against = { features: extractor.sha256, data: data.sha256, cars: count, by: 'train' } as const;
  return async (snapshot) => {
    const { evaluation } = await withEngine(snapshot, (engine) =>
      measuring.measure(engine, { count, seed, truncation: 1 }, show),
    );
    return scoreRow(snapshot.step, evaluation, against);
  };
};

/** Has an engine draw a snapshot's cars. */
export async function withEngine<T>({ config, weights }: Snapshot, use: (engine: Engine) => Promise<T>): Promise<T> {
  const { architecture } = config;
  const engine = await createOnnxEngine(exportOnnx(generator(architecture), weights), architecture);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** An evaluation as a run keeps it. */
export function scoreRow(
  step: number,
  { scores, floor, copying }: Evaluation,
  against: Pick<ScoreRow, 'features' | 'data' | 'cars' | 'by'>,
): ScoreRow {
  return {
    step,
    ...scores,
    kidFloor: floor.kid,
    ...(copying && {
      copyingMedianRatio: copying.medianRatio,
      copyingSmallestRatio: copying.smallestRatio,
      copyingSuspicious: copying.suspicious,
    }),
    ...against,
  };
}

import { basename, dirname } from 'node:path';
import { onnxName } from '../bundle/manifest.ts';
import { entryOf } from '../bundle/read.ts';
import { requireBundle, writeScores } from '../bundle/write-scores.ts';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { type OpenedModel, openModel } from '../open-model.ts';
import { statusLine } from '../status-line.ts';
import { shippedFeatures } from '../store/shipped.ts';
import type { Terminal } from '../terminal.ts';
import { writeReport } from '../training/run/report.ts';
import { holdsRun, openRunFolder } from '../training/run/run-folder.ts';
import { closestPairs } from './closest-pairs.ts';
import type { Copying } from './copying.ts';
import { doubts, refuseSharedPictures } from './doubts.ts';
import type { Evaluation } from './evaluate.ts';
import { type FeatureExtractor, openExtractor } from './extractor.ts';
import { recallByFolder } from './folder-recall.ts';
import { measureLatentSpread } from './latent-spread.ts';
import { createMeasuring } from './measuring.ts';
import { protocol } from './protocol.ts';
import {
  describePairs,
  describeResult,
  type EvaluationResult,
  manifestScores,
  type NamedData,
  nameCopying,
} from './result.ts';
import { scoreRow } from './score-snapshots.ts';

export interface EvaluateFlags {
  readonly model?: string;
  readonly data: string;
  readonly train?: string;
  readonly features?: string;
  readonly range: '0..255' | '0..1' | '-1..1';
  readonly count: number;
  readonly seed: number;
  readonly truncation: number;
  readonly json?: string;
  readonly pairs?: string;
  readonly save?: boolean;
}

/** Measures as the flags say, and tells the result everywhere that they name. */
export async function runEvaluation(flags: EvaluateFlags, terminal: Terminal): Promise<void> {
  const status = statusLine(terminal);
  const { warn } = status;
  if (flags.save && !isOfProtocol(flags))
    throw new FreshcarError(
      'invalid-input',
      'Only scores of the protocol are saved: leave --count, --seed and --truncation away.',
    );
  const model = await openModel(flags.model, 'onnx', warn);
  if (flags.save) await requireBundle(model.location);
  const data = await readDataset(flags.data);
  const training = flags.train === undefined ? undefined : await readDataset(flags.train);
  for (const message of doubts(model.manifest.data?.sha256, data, training)) warn(message);
  refuseSharedPictures(data, training, { save: flags.save ?? false, warn });

  const extractor = await openExtractor(flags.features ?? shippedFeatures(), flags.range);
  const { result, cars, copying, evaluation } = await measure(flags, model, extractor, { data, training }, status.show);
  status.clear();
  // First of all: a file that cannot be written must not cost the numbers.
  terminal.out.write(`${describeResult(result)}${flags.pairs === undefined ? '' : describePairs(result)}`);
  if (flags.json !== undefined) await writeWhole(flags.json, `${JSON.stringify(result, undefined, 2)}\n`);
  if (flags.pairs !== undefined && training && copying)
    await writeWhole(flags.pairs, closestPairs(cars, model.engine.imageSize, training, copying.closest));
  if (flags.save) {
    await save(model, extractor, result);
    await keepInRun(model, evaluation, extractor, data);
  }
  await Promise.all([model.engine.dispose(), extractor.dispose()]);
}

async function save(model: OpenedModel, extractor: FeatureExtractor, result: EvaluationResult): Promise<void> {
  const { name, sha256 } = result.features;
  await writeScores(model.location, model.manifest, {
    scores: manifestScores(result),
    evaluation: { protocol: protocol.version, features: { name, sha256 }, data: result.data },
    latent: await measureLatentSpread(model.engine, extractor),
  });
}

/** Where the bundle is that of a run, the run keeps what was measured too, and its report shows it. */
async function keepInRun(
  { location, manifest }: OpenedModel,
  evaluation: Evaluation,
  { sha256 }: FeatureExtractor,
  data: Dataset,
): Promise<void> {
  const run = dirname(location);
  const step = Number(manifest.recipe?.steps);
  if (basename(location) !== 'bundle' || !Number.isInteger(step) || !(await holdsRun(run))) return;
  const against = { features: sha256, data: data.sha256, cars: protocol.cars, by: 'evaluate' } as const;
  await openRunFolder(run).appendScore(scoreRow(step, evaluation, against));
  await writeReport(run);
}

function isOfProtocol({ count, seed, truncation }: EvaluateFlags): boolean {
  return count === protocol.cars && seed === protocol.firstSeed && truncation === 1;
}

async function measure(
  flags: EvaluateFlags,
  { manifest, engine }: OpenedModel,
  extractor: FeatureExtractor,
  { data, training }: { readonly data: Dataset; readonly training: Dataset | undefined },
  report: (what: string) => void,
): Promise<{ result: EvaluationResult; cars: Uint8Array; copying: Copying | undefined; evaluation: Evaluation }> {
  const measuring = await createMeasuring(extractor, data, training, report);
  const { evaluation, cars } = await measuring.measure(engine, flags, report);
  const { copying, covered, ...measures } = evaluation;
  const names = data.provenance?.pictures;
  const result: EvaluationResult = {
    format: 1,
    model: { version: manifest.version, sha256: entryOf(manifest, onnxName).sha256 },
    protocol: isOfProtocol(flags) ? protocol.version : null,
    cars: { count: flags.count, firstSeed: flags.seed, truncation: flags.truncation },
    features: { name: extractor.name, sha256: extractor.sha256, size: measuring.featureSize },
    data: identityOf(data, flags.data),
    training: training && flags.train !== undefined ? identityOf(training, flags.train) : null,
    ...measures,
    ...(names !== undefined && { folders: recallByFolder(covered, names) }),
    copying: copying && training ? nameCopying(copying, flags.seed, training) : null,
  };
  return { result, cars, copying, evaluation };
}

function identityOf({ provenance, count, sha256 }: Dataset, path: string): NamedData {
  return { name: provenance?.source.name ?? basename(path), images: count, sha256 };
}

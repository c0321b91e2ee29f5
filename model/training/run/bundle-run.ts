import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { generator } from '../../architecture/dcgan.ts';
import { allBits, roundKernels } from '../../architecture/round-kernels.ts';
import { type Manifest, manifestName, onnxName } from '../../bundle/manifest.ts';
import { entryOf, parseManifest } from '../../bundle/read.ts';
import { encodeSamples, sampleLatents, samplesName } from '../../bundle/samples.ts';
import { type WriteBundleOptions, writeBundle } from '../../bundle/write.ts';
import { type Measured, writeScores } from '../../bundle/write-scores.ts';
import { sha256 } from '../../files.ts';
import { drawCars } from '../../tensorflow/draw.ts';
import { scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import type { Snapshot } from './snapshot.ts';

export interface BundleRunOptions extends WriteBundleOptions {
  /** Made of size, seed, step, data and settings unless given: the same run at the same step is the same model. */
  readonly version?: string;
  /** The model card, as Markdown. */
  readonly card?: string;
  /** Keeps what was measured of the bundle that is replaced, if its generator is the same to the bit. */
  readonly keepScores?: boolean;
  /** Significant bits that the kernels' weights are rounded to; all 24 unless given. */
  readonly significantBits?: number;
  /** The snapshot's sheet, where it was drawn already. */
  readonly samples?: Uint8Array;
}

/** Writes what a run has made so far as the bundle `path`, with a sheet of samples. Needs TensorFlow.js loaded. */
export async function bundleRun(
  whole: Snapshot,
  path: string,
  { version, card, significantBits = allBits, samples, keepScores = false, ...options }: BundleRunOptions,
): Promise<Manifest> {
  const snapshot = { ...whole, weights: roundKernels(whole.weights, significantBits) };
  const { config, data, step, weights } = snapshot;
  const bits: Readonly<Record<string, number>> = significantBits === allBits ? {} : { significantBits };
  const { architecture } = config;
  const about = {
    version: version ?? versionOf(snapshot, bits),
    architecture,
    data,
    recipe: { ...config, steps: step, ...bits },
    code: { name: packageJson.name, version: packageJson.version },
  };
  const extras = { [samplesName]: samples ?? sampleSheet(snapshot), ...(card !== undefined && { 'card.md': card }) };
  const before = keepScores ? await readScores(path) : undefined;
  const manifest = await writeBundle(path, { about, weights, extras }, options);
  if (before === undefined || before.graph !== entryOf(manifest, onnxName).sha256) return manifest;
  await writeScores(path, manifest, before.measured);
  return { ...manifest, ...before.measured };
}

/** What was measured of the bundle at `path`, and the hash of its graph; undefined where there is no such thing. */
async function readScores(path: string): Promise<{ measured: Measured; graph: string } | undefined> {
  try {
    const manifest = parseManifest(await readFile(join(path, manifestName)), path);
    const { scores, evaluation, latent } = manifest;
    if (evaluation === undefined || latent === undefined) return undefined;
    return { measured: { scores, evaluation, latent }, graph: entryOf(manifest, onnxName).sha256 };
  } catch {
    return undefined;
  }
}

/** A run that goes on for more steps is the same run; any other setting makes another. */
function versionOf({ config, data, step }: Snapshot, bits: Readonly<Record<string, number>>): string {
  const settings = sha256(Buffer.from(JSON.stringify({ ...config, ...bits, epochs: undefined, steps: undefined })));
  const hashes = [data.sha256, settings].map((hash) => hash.slice(0, 8));
  return ['run', config.architecture.imageSize, config.seed, step, ...hashes].join('-');
}

/** The cars of every sheet, as a PNG. */
export function sampleSheet({ config, weights }: Snapshot): Uint8Array {
  const { latentSize, imageSize } = config.architecture;
  const network = generator(config.architecture);
  const cars = scoped(() => drawCars(network, weightTensors(network, weights), sampleLatents(latentSize)));
  return encodeSamples(cars, imageSize);
}

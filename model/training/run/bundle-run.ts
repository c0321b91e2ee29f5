import packageJson from '../../../package.json' with { type: 'json' };
import { generator } from '../../architecture/dcgan.ts';
import type { Manifest } from '../../bundle/manifest.ts';
import { encodeSamples, sampleLatents, samplesName } from '../../bundle/samples.ts';
import { type WriteBundleOptions, writeBundle } from '../../bundle/write.ts';
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
  /** The snapshot's sheet, where it was drawn already. */
  readonly samples?: Uint8Array;
}

/** Writes what a run has made so far as the bundle `path`, with a sheet of samples. Needs TensorFlow.js loaded. */
export async function bundleRun(
  snapshot: Snapshot,
  path: string,
  { version, card, samples = sampleSheet(snapshot), ...options }: BundleRunOptions,
): Promise<Manifest> {
  const { config, data, step, weights } = snapshot;
  const { architecture } = config;
  const about = {
    version: version ?? versionOf(snapshot),
    architecture,
    data,
    recipe: { ...config, steps: step },
    code: { name: packageJson.name, version: packageJson.version },
  };
  const extras = { [samplesName]: samples, ...(card !== undefined && { 'card.md': card }) };
  return writeBundle(path, { about, weights, extras }, options);
}

/** A run that goes on for more epochs is the same run; any other setting makes another. */
function versionOf({ config, data, step }: Snapshot): string {
  const settings = sha256(Buffer.from(JSON.stringify({ ...config, epochs: undefined })));
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

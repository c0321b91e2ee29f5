import packageJson from '../../package.json' with { type: 'json' };
import type { Manifest } from '../bundle/manifest.ts';
import { samplesName } from '../bundle/samples.ts';
import { type WriteBundleOptions, writeBundle } from '../bundle/write.ts';
import type { Checkpoint } from './checkpoint.ts';
import { sampleSheet } from './trainer.ts';

export interface RunModel {
  readonly checkpoint: Checkpoint;
  /** Made of size, seed, step and data unless given: the same run at the same step is the same model. */
  readonly version?: string;
  /** The model card, as Markdown. */
  readonly card?: string;
}

/** Writes the averaged generator of a run as the bundle `path`, with a sheet of samples. Needs TensorFlow.js loaded. */
export async function bundleRun(
  { checkpoint, version, card }: RunModel,
  path: string,
  options: WriteBundleOptions,
): Promise<Manifest> {
  const { config, data, gan } = checkpoint;
  const { architecture, seed } = config;
  const samples = { [samplesName]: sampleSheet(config, gan) };
  const about = {
    version: version ?? `run-${architecture.imageSize}-${seed}-${gan.step}-${data.sha256.slice(0, 8)}`,
    architecture,
    data,
    recipe: { ...config, steps: gan.step },
    code: { name: packageJson.name, version: packageJson.version },
  };
  const extras = card === undefined ? samples : { ...samples, 'card.md': card };
  return writeBundle(path, { about, weights: gan.average, extras }, options);
}

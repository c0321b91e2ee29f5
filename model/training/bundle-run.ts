import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { writeBundle } from '../bundle/write.ts';
import type { TrainingConfig } from './config.ts';
import type { Gan } from './gan.ts';
import { sampleSheet } from './trainer.ts';

export interface RunResult {
  /** The run folder. */
  readonly path: string;
  readonly config: TrainingConfig;
  readonly gan: Gan;
  readonly data: { readonly name: string; readonly count: number; readonly sha256: string };
}

/** Writes the averaged generator of a run into its `bundle/`, in place of an earlier one. Returns the bundle's path. */
export async function bundleRun({ path, config, gan, data }: RunResult): Promise<string> {
  const bundle = join(path, 'bundle');
  const { imageSize } = config.architecture;
  const samples = sampleSheet(config, gan);
  await writeBundle(
    bundle,
    {
      about: {
        // The same run at the same step is the same model.
        version: `run-${imageSize}-${config.seed}-${gan.step}-${data.sha256.slice(0, 8)}`,
        architecture: config.architecture,
        data: { name: data.name, images: data.count, sha256: data.sha256 },
        recipe: { ...config, steps: gan.step },
        code: { name: packageJson.name, version: packageJson.version },
      },
      weights: gan.average,
      extras: { 'samples.png': samples },
    },
    { replace: true },
  );
  return bundle;
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import type { ImageSource } from '../../infra/assets/image-source.ts';
import { readSettings, recommendedFlags } from '../../infra/context.ts';
import { readBundles } from '../../infra/serving/bundle.ts';
import { ServingStack } from '../../infra/serving/serving-stack.ts';
import { stackNames } from '../../infra/shared/stage.ts';
import { TrainingStack } from '../../infra/training/training-stack.ts';

type Context = Readonly<Record<string, unknown>>;

/** What is deployed for real; without it a stand-in. */
interface Parts {
  /** The folder that `buildLambdaAsset` made of functions/generate. */
  readonly code?: string;
  /** The same of functions/check and functions/choices. */
  readonly check?: string;
  readonly choices?: string;
  /** The folder of a bundle or of a store. */
  readonly bundle?: string;
}

/** The serving stack over a stand-in for the zip and for the bundle: what a template says does not depend on their bytes. */
export function stubServingStack(context: Context = {}, parts: Parts = {}): { app: App; stack: ServingStack } {
  const { app, serving } = stub(context, parts);
  return { app, stack: serving };
}

/** The training stack beside it, over a stand-in for the image's source too. */
export function stubTrainingStack(
  context: Context = {},
  parts: Parts = {},
): { app: App; stack: TrainingStack; serving: ServingStack } {
  const { app, serving, code, settings } = stub(context, parts);
  const stack = new TrainingStack(app, stackNames(settings).training, {
    settings,
    image: imageIn(code),
    promoteCode: code,
    bulkCode: code,
    models: serving.modelBucket,
    notices: serving.notices,
  });
  return { app, stack, serving };
}

function stub(context: Context, parts: Parts = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'freshcar-infra-'));
  const code = path.join(folder, 'code');
  mkdirSync(code);
  writeFileSync(path.join(code, 'handler.mjs'), 'export const handler = async () => ({});\n');
  writeFileSync(
    path.join(code, 'manifest.json'),
    JSON.stringify({ version: 'stub-1', files: { 'generator.onnx': { bytes: 10, sha256: 'ab'.repeat(32) } } }),
  );
  writeFileSync(path.join(code, 'generator.onnx'), 'a stand-in');
  writeFileSync(path.join(code, 'Dockerfile'), 'FROM scratch\n');
  const app = new App({ context: recommendedFlags, outdir: path.join(folder, 'cdk.out') });
  const settings = readSettings(context);
  const serving = new ServingStack(app, stackNames(settings).serving, {
    settings,
    code: settings.engine === 'tfjs-node' ? imageIn(code) : (parts.code ?? code),
    checkCode: parts.check ?? code,
    choicesCode: parts.choices ?? code,
    bundles: readBundles(parts.bundle ?? code),
  });
  return { app, serving, code, settings };
}

function imageIn(directory: string): ImageSource {
  return { directory, file: 'Dockerfile', exclude: [] };
}

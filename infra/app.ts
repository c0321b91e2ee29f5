import path from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { FreshcarError } from '../model/errors.ts';
import { checkBundle } from '../model/store/check-bundle.ts';
import { openFolder } from '../model/store/folder.ts';
import { readImageSource } from './assets/image-source.ts';
import { buildLambdaAsset } from './assets/lambda-asset.ts';
import type { LambdaEngineName } from './assets/lambda-engines.ts';
import { ContextError, readSettings, recommendedFlags, type Settings } from './context.ts';
import { readBundles } from './serving/bundle.ts';
import type { CarCode } from './serving/car-function.ts';
import { ServingStack } from './serving/serving-stack.ts';
import { requireConsent } from './serving/shipped-weights.ts';
import { stackNames } from './shared/stage.ts';
import { TrainingStack } from './training/training-stack.ts';

/** The CDK starts this in the project's folder. */
const root = process.cwd();

/** Builds the car function for the engine that the context asks for. */
async function buildCarCode({ engine, architecture }: Settings): Promise<CarCode> {
  const build = async (name: LambdaEngineName, folder: string) =>
    (await buildLambdaAsset({ root, name: 'generate', engine: name, folder: path.join(root, folder) })).folder;
  if (engine === 'onnxruntime') return build(architecture === 'arm64' ? 'wasm' : 'native', 'dist/lambda');
  // Where its Dockerfile takes it from.
  await build('tfjs', 'dist/lambda-tfjs');
  return readImageSource(root, 'functions/generate/Dockerfile');
}

/** What is deployed is published by that, so it is looked into as `freshcar publish` does. */
async function checkFolder(folder: string, version: string): Promise<void> {
  try {
    const source = await openFolder(folder);
    await checkBundle(source, await source.readManifest(version));
  } catch (error) {
    if (error instanceof FreshcarError) throw new ContextError([error.message]);
    throw error;
  }
}

async function main(): Promise<void> {
  const app = new App({ context: recommendedFlags });
  const settings = readSettings(app.node.getAllContext());
  const bundles = readBundles(path.resolve(root, settings.bundle));
  requireConsent(root, bundles, settings);
  for (const { folder, version } of bundles) await checkFolder(folder, version);
  const code = await buildCarCode(settings);
  const asset = async (name: 'check' | 'choices' | 'promote' | 'bulk', engine?: LambdaEngineName) =>
    (await buildLambdaAsset({ root, name, engine, folder: path.join(root, `dist/lambda-${name}`) })).folder;
  const checkCode = await asset('check', 'none');
  const choicesCode = await asset('choices', 'none');
  const names = stackNames(settings);
  const { modelBucket, notices } = new ServingStack(app, names.serving, {
    settings,
    bundles,
    code,
    checkCode,
    choicesCode,
  });
  if (settings.training) {
    new TrainingStack(app, names.training, {
      settings,
      image: readImageSource(root, 'model/container/Dockerfile'),
      promoteCode: await asset('promote'),
      bulkCode: await asset('bulk'),
      models: modelBucket,
      notices,
    });
  }
  Tags.of(app).add('project', 'freshcar');
  if (settings.stage !== undefined) Tags.of(app).add('stage', settings.stage);
  app.synth();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

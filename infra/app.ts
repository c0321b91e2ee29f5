import path from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { readBundle } from './bundle.ts';
import { ContextError, readSettings } from './context.ts';
import { recommendedFlags } from './flags.ts';
import { buildLambdaAsset } from './lambda-asset.ts';
import { ServingStack } from './serving-stack.ts';
import { readImageSource, TrainingStack } from './training-stack.ts';

/** The CDK starts this in the project's folder. */
const root = process.cwd();

async function main(): Promise<void> {
  const app = new App({ context: recommendedFlags });
  const settings = readSettings(app.node.getAllContext());
  const bundle = readBundle(path.resolve(root, settings.bundle));
  const { folder } = await buildLambdaAsset({ root, name: 'generate', folder: path.join(root, 'dist/lambda') });
  const { modelBucket, notices } = new ServingStack(app, 'FreshcarServing', { settings, bundle, code: folder });
  if (settings.training) {
    const promote = await buildLambdaAsset({ root, name: 'promote', folder: path.join(root, 'dist/lambda-promote') });
    new TrainingStack(app, 'FreshcarTraining', {
      settings,
      image: readImageSource(root),
      promoteCode: promote.folder,
      models: modelBucket,
      notices,
    });
  }
  Tags.of(app).add('project', 'freshcar');
  app.synth();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

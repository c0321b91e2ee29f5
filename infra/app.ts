import path from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { readBundle } from './bundle.ts';
import { ContextError, readSettings } from './context.ts';
import { recommendedFlags } from './flags.ts';
import { buildLambdaAsset } from './lambda-asset.ts';
import { ServingStack } from './serving-stack.ts';

/** The CDK starts this in the project's folder. */
const root = process.cwd();

async function main(): Promise<void> {
  const app = new App({ context: recommendedFlags });
  const settings = readSettings(app.node.getAllContext());
  const bundle = readBundle(path.resolve(root, settings.bundle));
  const { folder } = await buildLambdaAsset({ root, folder: path.join(root, 'dist/lambda') });
  new ServingStack(app, 'FreshcarServing', { settings, bundle, code: folder });
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

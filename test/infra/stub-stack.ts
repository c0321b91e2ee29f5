import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { readBundle } from '../../infra/bundle.ts';
import { readSettings } from '../../infra/context.ts';
import { recommendedFlags } from '../../infra/flags.ts';
import { ServingStack } from '../../infra/serving-stack.ts';

/** The serving stack over a stand-in for the zip and for the bundle: what a template says does not depend on their bytes. */
export function stubServingStack(context: Readonly<Record<string, unknown>> = {}): { app: App; stack: ServingStack } {
  const folder = mkdtempSync(path.join(tmpdir(), 'freshcar-infra-'));
  const code = path.join(folder, 'code');
  mkdirSync(code);
  writeFileSync(path.join(code, 'handler.mjs'), 'export const handler = async () => ({});\n');
  writeFileSync(
    path.join(code, 'manifest.json'),
    JSON.stringify({ version: 'stub-1', files: { 'generator.onnx': {} } }),
  );
  writeFileSync(path.join(code, 'generator.onnx'), 'a stand-in');
  const app = new App({ context: recommendedFlags, outdir: path.join(folder, 'cdk.out') });
  const stack = new ServingStack(app, 'FreshcarServing', {
    settings: readSettings(context),
    code,
    bundle: readBundle(code),
  });
  return { app, stack };
}

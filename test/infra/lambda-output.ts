import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildLambdaAsset, type LambdaAsset } from '../../infra/assets/lambda-asset.ts';
import type { LambdaEngineName } from '../../infra/assets/lambda-engines.ts';

/** A function's folder, built for real into a temporary one. The page that goes into it is built anew too. */
export async function buildOnce(
  name: 'generate' | 'promote' | 'bulk' = 'generate',
  engine: LambdaEngineName = 'native',
): Promise<{ asset: LambdaAsset; remove: () => void }> {
  const root = process.cwd();
  // No program has this name, so only the page is built.
  execFileSync(process.execPath, ['infra/build/build.mjs', 'page'], { cwd: root });
  const folder = mkdtempSync(path.join(tmpdir(), 'freshcar-lambda-'));
  const asset = await buildLambdaAsset({ root, folder, name, engine });
  return { asset, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

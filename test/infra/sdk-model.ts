import { spawnSync } from 'node:child_process';
import { z } from 'zod';

/** A Python with botocore, in which AWS ships the model of its API: PYTHON names it, or it is on the PATH. */
const python = [process.env.PYTHON, 'python3'].find(
  (program) => program && spawnSync(program, ['-c', 'import botocore']).status === 0,
);

/** Ends the name of a test that is skipped without it. */
export const needsBotocore = python === undefined ? ' (skipped: needs Python with botocore)' : '';
export const hasBotocore = python !== undefined;

/** What the API's own model has against a call, in sentences; what is known at deployment only is made up. */
export function modelFaults(operation: string, parameters: unknown): string[] {
  const text = JSON.stringify(parameters)
    .replaceAll('<JobRole.Arn>', 'arn:aws:iam::123456789012:role/jobs')
    .replaceAll(/<[^>]*>/g, 'known-later');
  const input = JSON.stringify({ service: 'sagemaker', operation, parameters: JSON.parse(text) });
  const { stdout, stderr } = spawnSync(python ?? '', ['test/infra/sdk-model.py'], { input, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return z.array(z.string()).parse(JSON.parse(stdout));
}

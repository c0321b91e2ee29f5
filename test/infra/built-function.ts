import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { type S3Fixture, startS3 } from '../model/store/s3-server.ts';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

/** A real S3 server with one model, `noise`, and the environment by which Lambda would tell the function of it. */
export async function startStore(): Promise<{ s3: S3Fixture; environment: Record<string, string> }> {
  const bundle = await writeRealBundle(await temporaryFolder(), 'noise');
  const files = await Promise.all(
    ['manifest.json', 'generator.onnx', 'weights.bin'].map(
      async (file): Promise<[string, Uint8Array]> => [`models/noise/${file}`, await readFile(path.join(bundle, file))],
    ),
  );
  const s3 = await startS3(new Map([...files, ['models/current.json', Buffer.from('{"version":"noise"}')]]));
  return {
    s3,
    environment: {
      PATH: process.env.PATH ?? '',
      MODEL_BUCKET: s3.bucket,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    },
  };
}

/** Loads a built handler in a process of its own and answers each message by what the handler made of it. */
const invoker = `
  const { handler } = await import(process.argv[1]);
  const context = {
    awsRequestId: '5ebc5a72-b938-47ac-b419-fc9617951501',
    functionName: 'cars',
    functionVersion: '7',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:cars:live',
    memoryLimitInMB: '1769',
    getRemainingTimeInMillis: () => 15000,
  };
  process.on('message', async (event) => process.send(await handler(event, context)));
  process.send('ready');
`;

/** Starts a built function as Node loads it; returns what calls it. */
export async function loadFunction(folder: string, environment: Readonly<Record<string, string>>) {
  const args = ['--input-type=module', '--eval', invoker, path.join(folder, 'handler.mjs')];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => {
    throw new Error('The function ended without an answer; what it printed says why.');
  });
  const answer = () => Promise.race([once(child, 'message'), ended]);
  await answer();
  return async (event: object) => {
    child.send(event);
    const [result] = await answer();
    return result;
  };
}

/**
 * AWS's own client of the Lambda Runtime API. It compiles a native part when it is installed, so it is no dependency;
 * where it is at hand (`npm install --no-save aws-lambda-ric`, or AWS_LAMBDA_RIC=its folder) the function runs under it.
 */
function findRuntimeClient(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${process.env.AWS_LAMBDA_RIC ?? 'aws-lambda-ric'}/bin/index.mjs`);
  } catch {
    return undefined;
  }
}

export const runtimeClient = findRuntimeClient();

/** Runs a built function under AWS's own client; `environment` as `startStore` gives it. */
export async function runFunction(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<RuntimeApi['invoke']> {
  const runtime = await startRuntimeApi();
  const child = spawn(process.execPath, [runtimeClient ?? '', 'handler.handler'], {
    cwd: folder,
    env: { ...environment, AWS_LAMBDA_RUNTIME_API: runtime.address, LAMBDA_TASK_ROOT: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return runtime.invoke;
}

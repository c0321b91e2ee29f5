import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { buildLambdaAsset } from '../../infra/assets/lambda-asset.ts';
import { httpEvent, invocation } from '../support/lambda-events.ts';
import { startBucket } from './bucket.ts';
import type { BenchOptions, Series } from './measurement.ts';
import { startPeerService } from './peer-service.ts';

export interface ColdBenchOptions extends BenchOptions {
  /** How often each contestant is started; default 15. */
  readonly starts?: number;
}

/** What a new process does, with the time since its start after each part. Node's own start-up comes before the first. */
const script = `
const marks = { node: performance.now() };
if (process.env.ONLY_RUNTIME) await import(process.env.ONLY_RUNTIME);
else {
  const { handler } = await import(process.env.HANDLER);
  marks.imported = performance.now();
  const context = { ...JSON.parse(process.env.INVOCATION), getRemainingTimeInMillis: () => 15000 };
  const answer = await handler(JSON.parse(process.env.EVENT), context);
  if (!answer.isBase64Encoded) throw new Error(JSON.stringify(answer));
}
marks.done = performance.now();
console.log('MARKS' + JSON.stringify(marks));
process.exit();
`;

const marksSchema = z.object({ node: z.number(), imported: z.number().optional(), done: z.number() });

/**
 * Cold starts: from the start of a process to the first car of the function's zip, with the bundle on an S3 server on this
 * machine. Beside it its parts, ONNX Runtime's import alone, and the first car of the seed's service.
 */
export async function benchCold({ bundle, root, peers, progress, starts = 15 }: ColdBenchOptions): Promise<Series[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'freshcar-cold-'));
  const bucket = await startBucket(bundle);
  const [total, node, imports, load, runtime, seed] = [0, 0, 0, 0, 0, 0].map((): number[] => []) as Six;
  try {
    const zip = await buildLambdaAsset({ root, folder: path.join(folder, 'zip'), name: 'generate' });
    const environment = {
      ...bucket.environment,
      HANDLER: path.join(zip.folder, 'handler.mjs'),
      EVENT: JSON.stringify(httpEvent('/car.png')),
      INVOCATION: JSON.stringify(invocation),
    };
    // As the package comes: in the zip its modules are a part of the function's own.
    const onlyRuntime = path.join(root, 'node_modules/onnxruntime-node/dist/index.js');
    // The first start reads the files from the disk; it is not counted, because a function's image is not there either.
    await startOnce(environment);
    for (let start = 1; start <= starts; start++) {
      const { marks, wall } = await startOnce(environment);
      const imported = marks.imported ?? marks.node;
      total.push(wall);
      node.push(wall - marks.done + marks.node);
      imports.push(imported - marks.node);
      load.push(marks.done - imported);
      const bare = await startOnce({ ...environment, ONLY_RUNTIME: onlyRuntime });
      runtime.push(bare.marks.done - bare.marks.node);
      if (peers) seed.push(await firstCarOfPeer(peers));
      progress(`cold: ${start} of ${starts} starts`);
    }
  } finally {
    await bucket.close();
    await rm(folder, { recursive: true, force: true });
  }
  const series: Series[] = [
    { name: 'first car', unit: 'ms', samples: total },
    { name: "of which Node's own start", unit: 'ms', samples: node },
    { name: 'of which importing the code', unit: 'ms', samples: imports },
    { name: 'of which loading the model and drawing', unit: 'ms', samples: load },
    { name: 'importing ONNX Runtime alone', unit: 'ms', samples: runtime },
    { name: "seed's service, first car", unit: 'ms', samples: seed },
  ];
  return series.filter(({ samples }) => samples.length > 0);
}

type Six = [number[], number[], number[], number[], number[], number[]];

async function startOnce(environment: Readonly<Record<string, string>>) {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, failure] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const wall = performance.now() - begin;
  const marks = /MARKS(.*)/.exec(out)?.[1];
  if (marks === undefined) throw new Error(`The function drew no car: ${out}${failure}`);
  return { wall, marks: marksSchema.parse(JSON.parse(marks)) };
}

async function firstCarOfPeer(peers: NonNullable<BenchOptions['peers']>): Promise<number> {
  const { firstCar, stop } = await startPeerService('seed', peers);
  await stop();
  return firstCar;
}

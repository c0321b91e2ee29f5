import './plain-schemas.ts';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bucketSource } from '../../../model/store/bucket-source.ts';
import { earlyGet } from '../../../model/store/early-get.ts';
import { modelsPrefix } from '../../../model/store/pointer.ts';
import { publicUrlSchema } from '../http/public-address.ts';
import { loadModel } from '../models/load-model.ts';
import { createModelRegistry, type ModelRegistry } from '../models/model-registry.ts';
import { createOperations } from './operations.ts';
import { usePlainMessages } from './plain-messages.ts';

/** What the Lambda function is told by its environment. */
const environmentSchema = z.object({
  /** The bucket with the bundles. */
  MODEL_BUCKET: z.string().min(3),
  /** What the bundles' keys begin with. */
  MODEL_PREFIX: z.string().endsWith('/').default(modelsPrefix),
  /** What draws: ONNX Runtime, or TensorFlow.js in the image that has it. */
  ENGINE: z.enum(['onnx', 'tfjs']).default('onnx'),
  /** Another S3 server than AWS's; the SDK reads it, and such servers know buckets by path only. */
  AWS_ENDPOINT_URL_S3: z.url().optional(),
  /** CloudWatch's name for the group of the function's own metrics. */
  METRICS_NAMESPACE: z.string().min(1).optional(),
  /** The address under which visitors reach the service, where the door does not say it: `https://cars.example.org`. */
  PUBLIC_URL: publicUrlSchema.optional(),
  /** What CloudFront says in a header, where it stands before the API. */
  ORIGIN_SECRET: z.string().min(20).optional(),
  /** `on-demand` unless start-up happens ahead of requests, as with provisioned concurrency. */
  AWS_LAMBDA_INITIALIZATION_TYPE: z.string().default('on-demand'),
});

usePlainMessages();
const environment = environmentSchema.parse(process.env);
const { log, meter, observe } = createOperations(() => model.version, environment.METRICS_NAMESPACE);
const source = bucketSource({
  get: earlyGet({ environment: process.env, isEarly: () => model.version === undefined }),
  bucket: environment.MODEL_BUCKET,
  prefix: environment.MODEL_PREFIX,
});
const model: ModelRegistry = createModelRegistry({
  source,
  load: (version) => loadModel(source, version, { engine: environment.ENGINE, warn: log.warn }),
  log,
  meter,
  now: () => performance.now(),
});

// The load begins with the start-up rather than with the first request. A start-up ahead of requests loads the
// alternates too, which would make a first visitor's car late; a failure is logged, and the first request tries again.
const isOnDemand = environment.AWS_LAMBDA_INITIALIZATION_TYPE === 'on-demand';
const loaded = isOnDemand ? model.loadCurrent() : model.loadAll();

// The first request to the store is on its way some turns later; what answers visitors is evaluated while it is.
for (let turn = 0; turn < 4; turn++) await nextTurn();
const { createHandler } = await import('./create-handler.ts');
const answering = await createHandler({
  model,
  log,
  meter,
  page: path.join(path.dirname(fileURLToPath(import.meta.url)), 'page'),
  publicUrl: environment.PUBLIC_URL,
  originSecret: environment.ORIGIN_SECRET,
});

/** Milliseconds of a start-up, of which the platform allows 10 seconds. */
const startLimit = isOnDemand ? 5000 : 9000;
// Many copies are started ahead of their first request and frozen in between, so nothing is to be under way when the start-up ends.
await Promise.race([loaded, sleep(startLimit, undefined, { ref: false })]);

/** AWS calls this. */
export const handler = observe(answering);

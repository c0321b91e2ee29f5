import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { modelsPrefix } from '../../model/store/pointer.ts';
import { s3Source } from '../../model/store/s3.ts';
import { writeOnceBucket } from '../../model/store/write-once.ts';
import { createBulk } from './bulk.ts';

/** What the function is told by its environment. */
const environmentSchema = z.object({
  /** The bucket with the bundles. */
  MODEL_BUCKET: z.string().min(3),
  MODEL_PREFIX: z.string().endsWith('/').default(modelsPrefix),
  /** The bucket that the cars go to. */
  CAR_BUCKET: z.string().min(3),
  /** Another S3 server than AWS's; such servers know buckets by path only. */
  AWS_ENDPOINT_URL_S3: z.url().optional(),
});

const environment = environmentSchema.parse(process.env);
// Both stores retry by themselves.
const client = new S3Client({ maxAttempts: 1, forcePathStyle: environment.AWS_ENDPOINT_URL_S3 !== undefined });

/** AWS calls this. */
export const handler = createBulk({
  models: s3Source({ client, bucket: environment.MODEL_BUCKET, prefix: environment.MODEL_PREFIX, timeout: 60_000 }),
  cars: writeOnceBucket({ client, bucket: environment.CAR_BUCKET }),
  log: (line) => process.stdout.write(`${JSON.stringify({ level: 'info', ...line })}\n`),
  now: () => performance.now(),
});

import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { modelsPrefix } from '../../model/store/pointer.ts';
import { s3Store } from '../../model/store/s3.ts';
import { openCandidate } from './candidate.ts';
import { gateSchema } from './gate.ts';
import { type Outcome, promote } from './promote.ts';

/** What the function is told by its environment. */
const environmentSchema = z.object({
  /** The bucket with the bundles that are or were served. */
  MODEL_BUCKET: z.string().min(3),
  MODEL_PREFIX: z.string().endsWith('/').default(modelsPrefix),
  /** The bucket with what trainings left. */
  CANDIDATE_BUCKET: z.string().min(3),
  /** Another S3 server than AWS's; such servers know buckets by path only. */
  AWS_ENDPOINT_URL_S3: z.url().optional(),
});

/** What the state machine asks. */
const eventSchema = z.object({
  /** The beginning of the candidate's keys, up to a slash. */
  candidate: z.string().endsWith('/'),
  gate: gateSchema.prefault({}),
});

const environment = environmentSchema.parse(process.env);
// The store and the candidate's reader retry by themselves.
const client = new S3Client({ maxAttempts: 1, forcePathStyle: environment.AWS_ENDPOINT_URL_S3 !== undefined });
const store = s3Store({ client, bucket: environment.MODEL_BUCKET, prefix: environment.MODEL_PREFIX });

/** AWS calls this. */
export async function handler(event: unknown): Promise<Outcome> {
  const { candidate, gate } = eventSchema.parse(event);
  const opened = await openCandidate(client, environment.CANDIDATE_BUCKET, candidate);
  const author = { at: new Date().toISOString(), by: `the training line, ${candidate}`.slice(0, 200) };
  const outcome = await promote(opened, store, { gate, author });
  process.stdout.write(`${JSON.stringify({ level: 'info', message: 'A model was judged.', ...outcome })}\n`);
  return outcome;
}

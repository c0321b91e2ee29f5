import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { writeOnceBucket } from '../../model/store/write-once.ts';
import { type Checked, check, goldenSeed } from './check.ts';

const environmentSchema = z.object({
  /** Where visitors find the service. */
  SERVICE_URL: z.url().endsWith('/'),
  /** Where golden cars are kept, and what their keys begin with. */
  GOLDEN_BUCKET: z.string().min(3),
  GOLDEN_PREFIX: z.string().endsWith('/'),
  /** Another S3 server than AWS's; such servers know buckets by path only. */
  AWS_ENDPOINT_URL_S3: z.url().optional(),
});

const environment = environmentSchema.parse(process.env);
const client = new S3Client({ maxAttempts: 1, forcePathStyle: environment.AWS_ENDPOINT_URL_S3 !== undefined });
const bucket = writeOnceBucket({ client, bucket: environment.GOLDEN_BUCKET, timeout: 5000 });

/** Milliseconds that one answer may take. */
const patience = 10_000;

/** AWS calls this. A service that is not as it should be is an error of this function, and an alarm counts those. */
export async function handler(): Promise<Checked> {
  const checked = await check({
    url: environment.SERVICE_URL,
    fetch: (url) => fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'error' }),
    golden: {
      async keep(version, png) {
        const key = `${environment.GOLDEN_PREFIX}${version}/${goldenSeed}.png`;
        if (await bucket.add(key, png)) return png;
        return (await bucket.read(key)) ?? png;
      },
    },
  });
  process.stdout.write(`${JSON.stringify({ level: 'info', message: 'The service is well.', ...checked })}\n`);
  return checked;
}

import { S3Client } from '@aws-sdk/client-s3';
import type { GetObject } from './bucket-source.ts';
import { getObject } from './s3-object.ts';

/** Reads by AWS's own client, which takes login and region from where AWS's tools take them. */
export function clientGet({ AWS_ENDPOINT_URL_S3: endpoint }: NodeJS.ProcessEnv): GetObject {
  // Whoever reads retries by itself. Servers other than AWS's know buckets by path only.
  const client = new S3Client({ maxAttempts: 1, forcePathStyle: endpoint !== undefined });
  return (options) => getObject(client, options);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { manifestName } from '../../model/bundle/manifest.ts';
import { openFolder } from '../../model/store/folder.ts';

const bucket = 'freshcar-models';
const key = 'S3RVER';

export interface BenchBucket {
  /** What a function has to be told to find it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A bundle, current, in a real S3 server on this machine. */
export async function startBucket(bundle: string): Promise<BenchBucket> {
  const directory = await mkdtemp(path.join(tmpdir(), 'freshcar-bench-'));
  const s3 = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, allowMismatchedSignatures: true });
  const { port } = await s3.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({
    endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    // This server is older than the SDK's default checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: key, secretAccessKey: key },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await putBundle(client, bundle);
  client.destroy();
  return {
    environment: {
      MODEL_BUCKET: bucket,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: key,
    },
    async close() {
      await s3.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function putBundle(client: S3Client, bundle: string): Promise<void> {
  const source = await openFolder(bundle);
  const version = (await source.readPointer())?.pointer.version ?? '';
  const manifest = await source.readManifest(version);
  const put = (name: string, body: Uint8Array | string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: `models/${name}`, Body: body }));
  for (const name of Object.keys(manifest.files))
    await put(`${version}/${name}`, await source.readFile(manifest, name));
  await put(`${version}/${manifestName}`, JSON.stringify(manifest));
  await put('current.json', JSON.stringify({ version }));
}

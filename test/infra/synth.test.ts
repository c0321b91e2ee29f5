import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'freshcar-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npx cdk synth` with no address that it could reach: every proxy is a closed port. */
async function synth(...context: readonly string[]) {
  const output = path.join(folder, 'cdk.out');
  const flags = context.flatMap((pair) => ['-c', pair]);
  const closed = 'http://127.0.0.1:9';
  const result = await run('node_modules/.bin/cdk', ['synth', '--quiet', '--output', output, ...flags], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      HTTPS_PROXY: closed,
      HTTP_PROXY: closed,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, text: String(stdout) + String(stderr) }),
  );
  return { ...result, output };
}

const assetsSchema = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })) });

const imagesSchema = z.object({
  dockerImages: z.record(z.string(), z.object({ source: z.object({ directory: z.string(), dockerFile: z.string() }) })),
});

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown().optional() })),
});

describe('npx cdk synth', { timeout: 240_000 }, () => {
  let result: Awaited<ReturnType<typeof synth>>;
  beforeAll(async () => {
    result = await synth(`bundle=${await writeRealBundle(folder, 'noise-1')}`, 'training=true');
  }, 240_000);

  const readOutput = (name: string): unknown => JSON.parse(readFileSync(path.join(result.output, name), 'utf8'));

  it('makes both templates without a network', () => {
    expect(result).toMatchObject({ code: 0 });
    for (const stack of ['FreshcarServing', 'FreshcarTraining'])
      expect(existsSync(path.join(result.output, `${stack}.template.json`))).toBe(true);
  });

  it('stages what it deploys: the function with its library and page, and each file of the bundle', () => {
    const { files } = assetsSchema.parse(readOutput('FreshcarServing.assets.json'));
    const staged = Object.values(files).map(({ source }) => path.join(result.output, source.path));
    const [folders, singles] = [true, false].map((isFolder) =>
      staged.filter((name) => statSync(name).isDirectory() === isFolder),
    );
    expect(folders?.map((name) => readdirSync(name))).toContainEqual(['chunks', 'handler.mjs', 'node_modules', 'page']);
    expect(singles?.map((name) => path.extname(name))).toEqual(expect.arrayContaining(['.onnx', '.bin', '.json']));
  });

  it('stages the source of the training image, and nothing that is not built into it', () => {
    const { dockerImages } = imagesSchema.parse(readOutput('FreshcarTraining.assets.json'));
    const [image] = Object.values(dockerImages);
    const staged = path.join(result.output, image?.source.directory ?? '');
    expect(readdirSync(staged).sort()).toEqual(['.npmrc', 'infra', 'model', 'package-lock.json', 'package.json']);
    expect(existsSync(path.join(staged, image?.source.dockerFile ?? ''))).toBe(true);
    expect(existsSync(path.join(staged, 'model/pretrained'))).toBe(false);
  });

  it('builds the image of a function with TensorFlow.js from the packages and the built handler', async () => {
    const image = await synth(`bundle=${path.join(folder, 'noise-1')}`, 'engine=tfjs-node');
    expect(image).toMatchObject({ code: 0 });
    const assets = readFileSync(path.join(image.output, 'FreshcarServing.assets.json'), 'utf8');
    const [source] = Object.values(imagesSchema.parse(JSON.parse(assets)).dockerImages);
    const staged = path.join(image.output, source?.source.directory ?? '');
    expect(readdirSync(staged).sort()).toEqual(['.npmrc', 'dist', 'functions', 'package-lock.json', 'package.json']);
    expect(readdirSync(path.join(staged, 'dist/lambda-tfjs')).sort()).toEqual(['chunks', 'handler.mjs', 'page']);
    expect(existsSync(path.join(staged, source?.source.dockerFile ?? ''))).toBe(true);
  });

  it('tags what it deploys', () => {
    const { Resources } = templateSchema.parse(readOutput('FreshcarServing.template.json'));
    const [bucket] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(bucket?.Properties).toMatchObject({ Tags: [{ Key: 'project', Value: 'freshcar' }] });
  });

  it('answers ten values that are wrong with ten sentences', async () => {
    const { code, text } = await synth(
      'engine=tfjs',
      'architecture=arm',
      'memory=lots',
      'timeout=60',
      'warmCopies=-1',
      'throttleRate=0',
      'alarmEmail=me',
      'domain=https://cars.example.org',
      'trainingSchedule=weekly',
      'memroy=3008',
    );
    expect(code).toBe(1);
    expect(text.match(/^The context.*\.$/gm)).toHaveLength(10);
    expect(text).not.toMatch(/^\s+at /m);
  });

  it.each([
    ['memory=lots', /^The context's "memory" is "lots"/m],
    ['architecture=arm', /^The context's "architecture" is "arm"/m],
    ['bundle=no/such/folder', /manifest\.json is not the manifest of a bundle/],
  ])('ends with a sentence and no stack trace for -c %s', async (pair, sentence) => {
    const { code, text } = await synth(pair);
    expect(code).toBe(1);
    expect(text).toMatch(sentence);
    expect(text).not.toMatch(/^\s+at /m);
  });
});

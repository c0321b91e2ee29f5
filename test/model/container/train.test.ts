import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { objective } from '../../../infra/training/training-metrics.ts';
import { trainJob } from '../../../model/container/train.ts';
import { encodeFeatures } from '../../../model/features/features-file.ts';
import { sha256 } from '../../../model/files.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { madeFeatures } from '../../support/projected.ts';
import { native } from '../../support/tensorflow.ts';
import { smallPictures } from '../../support/training.ts';
import { mlRoot, npy, smallRun } from './ml-root.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  /** Runs a job in this process; `stopAfter` asks it to stop once it has reported that step, as SIGTERM would. */
  async function run(root: string, { stopAfter = '', ownFolder = '' } = {}) {
    const stop = new AbortController();
    let text = '';
    const write = (line: string) => {
      text += line;
      if (stopAfter !== '' && line.startsWith(`step=${stopAfter}/`)) stop.abort();
    };
    const terminal = { out: { write }, err: { write }, now: () => performance.now(), interruption: () => stop.signal };
    return { code: await trainJob(root, terminal, ownFolder), text };
  }

  const modelOf = async (root: string) => sha256(await readFile(path.join(root, 'model/generator.onnx')));
  const failureOf = (root: string) => readFile(path.join(root, 'output/failure'), 'utf8');

  describe('a training job', () => {
    it('leaves a bundle that can be served, and nothing else, to be packed', async () => {
      const root = await mlRoot();
      expect((await run(root)).code).toBe(0);
      const model = path.join(root, 'model');
      const source = await openFolder(model);
      const { pointer } = (await source.readPointer()) ?? {};
      const manifest = await source.readManifest(pointer?.version ?? '');
      expect(manifest.data).toMatchObject({ images: 10 });
      expect((await readdir(model)).sort()).toEqual([...Object.keys(manifest.files), 'manifest.json'].sort());
      expect(await readdir(path.join(root, 'output'))).toEqual([]);
    });

    it('keeps checkpoints, curves and sheets where SageMaker carries them to S3', async () => {
      const root = await mlRoot();
      await run(root);
      const kept = await readdir(path.join(root, 'checkpoints'));
      expect(kept).toEqual(expect.arrayContaining(['checkpoints', 'config.json', 'metrics.jsonl', 'sheets']));
    });

    it('goes on after a stop on another machine, to the same model to the bit', async () => {
      const whole = await mlRoot();
      await run(whole);
      const first = await mlRoot();
      expect(await run(first, { stopAfter: '5' })).toMatchObject({ code: 0 });
      expect(await readdir(path.join(first, 'model'))).toEqual([]);
      const second = await mlRoot();
      await cp(path.join(first, 'checkpoints'), path.join(second, 'checkpoints'), { recursive: true });
      const { code, text } = await run(second);
      expect(code).toBe(0);
      expect(text).toContain('going on after step 5');
      expect(await modelOf(second)).toBe(await modelOf(whole));
    });

    it('goes on from one model through the features of another, which come by channels of their own', async () => {
      const first = await mlRoot();
      await run(first);
      const root = await mlRoot({ ...smallRun, epochs: '1', discriminator: 'projected' });
      await cp(path.join(first, 'model'), path.join(root, 'input/data/from'), { recursive: true });
      const without = await run(root);
      expect(without.code).toBe(2);
      expect(await failureOf(root)).toContain('Name its file by --features');
      await mkdir(path.join(root, 'input/data/features'));
      expect((await run(root)).code).toBe(2);
      expect(await failureOf(root)).toContain('The channel "features" has no .safetensors file');
      await writeFile(path.join(root, 'input/data/features/made.safetensors'), encodeFeatures(madeFeatures()));
      expect((await run(root)).code).toBe(0);
      const config = JSON.parse(await readFile(path.join(root, 'checkpoints/config.json'), 'utf8'));
      expect(config).toMatchObject({
        features: { name: 'made.safetensors' },
        from: { name: expect.stringMatching(/^run-32-/) },
      });
    });

    it('is done at once when it is started again after its end', async () => {
      const root = await mlRoot();
      await run(root);
      const before = await modelOf(root);
      const { code, text } = await run(root);
      expect([code, text]).toEqual([0, expect.not.stringContaining('step=')]);
      expect(await modelOf(root)).toBe(before);
    });

    it.each([
      [{ epoch: '4' }, /^There is no hyperparameter epoch; there are preset,.* epochs,/],
      [{ preset: 'best' }, /preset is one of seed, fresh, not "best"/],
      [{ epochs: 'many' }, /^epochs is a number, not "many"\.$/],
      [{ epochs: '0' }, /epochs: /],
      [{ 'batch-size': '1.5' }, /batch-size: /],
      [{ 'image-size': '48' }, /image-size: /],
      [{ loss: 'wasserstein' }, /loss: /],
      [{ mirror: 'yes' }, /^mirror is true or false, not "yes"\.$/],
      [{ 'checkpoint-every': '0' }, /checkpoint-every is a whole number of steps from 1 to 999999999, not "0"/],
      [{ seed: '-1' }, /seed: /],
      [{ loss: '' }, /loss: /],
      [{ 'generator-rate': '-0.1' }, /generator-rate: /],
      [{ 'discriminator-optimizer': 'lion' }, /discriminator-optimizer: /],
      [{ 'latent-size': '1e999' }, /^latent-size is a number, not "1e999"\.$/],
      [{ epochs: 4 }, /hyperparameters\.json is not an object whose values are all texts/],
    ])('fails for the hyperparameters %j with one clear sentence', async (wrong, sentence) => {
      const root = await mlRoot({ ...smallRun, ...wrong });
      expect((await run(root)).code).toBe(2);
      const failure = await failureOf(root);
      expect(failure).toMatch(sentence);
      expect(failure).toMatch(/^[^\n]{1,1024}$/);
    });

    /** Twenty pictures to train on, and `heldOut` others to measure with. */
    async function measuredRoot(heldOut: number): Promise<string> {
      const root = await mlRoot();
      const channels = path.join(root, 'input/data');
      await mkdir(path.join(channels, 'held-out'));
      await writeFile(path.join(channels, 'train/cars.npy'), npy(smallPictures(20), [20, 32, 32, 3]));
      const others = smallPictures(20 + heldOut).subarray(20 * 3072);
      await writeFile(path.join(channels, 'held-out/others.npy'), npy(others, [heldOut, 32, 32, 3]));
      return root;
    }

    it('measures the model where pictures are held out, keeps the scores, and says them as SageMaker reads them', async () => {
      const root = await measuredRoot(20);
      const { code, text } = await run(root);
      expect(code).toBe(0);
      const source = await openFolder(path.join(root, 'model'));
      const { scores } = await source.readManifest((await source.readPointer())?.pointer.version ?? '');
      const said = new RegExp(objective.Regex).exec(text)?.[1];
      expect(Number(said)).toBe(Number(scores.kid?.toPrecision(6)));
    });

    it('refuses held-out pictures that it could not measure with before it trains', async () => {
      const few = await measuredRoot(5);
      expect(await run(few)).toEqual({ code: 2, text: expect.stringMatching(/others\.npy has 5 pictures, too few/) });
      const none = await measuredRoot(20);
      await rm(path.join(none, 'input/data/held-out/others.npy'));
      expect(await run(none)).toEqual({ code: 2, text: expect.stringContaining('"held-out" has no .npy file') });
      for (const root of [few, none]) expect(await readdir(path.join(root, 'checkpoints'))).toEqual([]);
    });

    it('keeps its checkpoints apart from those of other jobs in the same place', async () => {
      const root = await mlRoot();
      await run(root, { ownFolder: 'freshcar-1-001', stopAfter: '3' });
      await writeFile(path.join(root, 'input/config/hyperparameters.json'), JSON.stringify({ ...smallRun, seed: '2' }));
      const { code, text } = await run(root, { ownFolder: 'freshcar-1-002' });
      expect([code, text]).toEqual([0, expect.not.stringContaining('going on after')]);
      expect((await readdir(path.join(root, 'checkpoints'))).sort()).toEqual(['freshcar-1-001', 'freshcar-1-002']);
    });

    it('takes no notice of what SageMaker and its tuner add', async () => {
      const root = await mlRoot({ ...smallRun, _tuning_objective_metric: 'kid', sagemaker_region: '"eu-central-1"' });
      expect((await run(root)).code).toBe(0);
    });

    it('fails in a sentence when the data is missing, twice there, of another size, or other than before', async () => {
      const failures: Record<string, string> = {};
      const fail = async (name: string, change: (channel: string, root: string) => Promise<unknown>) => {
        const root = await mlRoot();
        await change(path.join(root, 'input/data/train'), root);
        expect((await run(root)).code).toBeGreaterThan(0);
        failures[name] = await failureOf(root);
      };
      await fail('no channel', (channel) => rm(channel, { recursive: true }));
      await fail('no file', (channel) => rm(path.join(channel, 'cars.npy')));
      await fail('two files', (channel) => cp(path.join(channel, 'cars.npy'), path.join(channel, 'more.npy')));
      await fail('no array', (channel) => writeFile(path.join(channel, 'cars.npy'), 'cars'));
      await fail('large', (channel) =>
        writeFile(path.join(channel, 'cars.npy'), npy(new Uint8Array(4 * 12288), [4, 64, 64, 3])),
      );
      await fail('changed', async (channel, root) => {
        await run(root, { stopAfter: '3' });
        await writeFile(path.join(channel, 'cars.npy'), npy(new Uint8Array(10 * 3072), [10, 32, 32, 3]));
      });
      expect(failures).toEqual({
        'no channel': expect.stringContaining('no channel "train"'),
        'no file': expect.stringContaining('has no .npy file'),
        'two files': expect.stringContaining('has 2 .npy files'),
        'no array': expect.stringContaining('cars.npy'),
        large: expect.stringContaining('64 pixels wide and the networks 32'),
        changed: expect.stringContaining('not what this run began with'),
      });
    });
  });

  describe('the container program', () => {
    const cache = path.resolve('node_modules/.cache');
    let built: string;
    beforeAll(async () => {
      // Inside node_modules, because the built program looks for its packages upwards from where it lies.
      await mkdir(cache, { recursive: true });
      built = await mkdtemp(path.join(cache, 'freshcar-container-'));
      await build({
        entryPoints: ['model/container/main.ts'],
        outfile: path.join(built, 'container.mjs'),
        bundle: true,
        format: 'esm',
        platform: 'node',
        packages: 'external',
      });
    });
    afterAll(() => rm(built, { recursive: true, force: true }));

    it('saves a checkpoint when it is told to end, and leaves in order', { timeout: 120_000 }, async () => {
      const root = await mlRoot({ ...smallRun, epochs: '100000', 'checkpoint-every': '1000000' });
      const child = spawn(process.execPath, [path.join(built, 'container.mjs'), 'train', root], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let log = '';
      child.stderr.on('data', (data) => {
        log += data;
        // Once: a second signal would end it where it stands.
        if (!child.killed && /^step=3\//m.test(log)) child.kill('SIGTERM');
      });
      const [code, signal] = await once(child, 'close');
      expect([code, signal]).toEqual([0, null]);
      const [newest] = await readdir(path.join(root, 'checkpoints/checkpoints'));
      expect(newest).toMatch(/^step-\d{8}\.safetensors$/);
      expect(await readdir(path.join(root, 'model'))).toEqual([]);
    });

    it('ends in the same model although it was killed on the way', { timeout: 120_000 }, async () => {
      const longer = { ...smallRun, epochs: '40' };
      const whole = await mlRoot(longer);
      await run(whole);
      const root = await mlRoot(longer);
      const start = () =>
        spawn(process.execPath, [path.join(built, 'container.mjs'), 'train', root], { stdio: 'pipe' });
      const killed = start();
      let log = '';
      killed.stderr.on('data', (data) => {
        log += data;
        if (/^step=5\//m.test(log)) killed.kill('SIGKILL');
      });
      expect((await once(killed, 'close'))[1]).toBe('SIGKILL');
      expect(await readdir(path.join(root, 'model'))).toEqual([]);
      const [code] = await once(start(), 'close');
      expect(code).toBe(0);
      expect(await modelOf(root)).toBe(await modelOf(whole));
    });
  });
});

import type { App } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { drawSeeds } from '../../model/draw.ts';
import { openModel } from '../../model/open-model.ts';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { freshcar } from '../support/command-line.ts';
import { type Emulator, ministack, startEmulator } from './emulator.ts';
import { buildOnce } from './lambda-output.ts';
import { stubTrainingStack } from './stub-stack.ts';

/** What the emulator does not know: CodeDeploy. `withoutUnknown` has the rest. */
const context = { gradualDeployment: false, training: true };
const [serving, training] = ['FreshcarServing', 'FreshcarTraining'] as const;

/** The red, green and blue of a PNG. */
const coloursOf = (png: Buffer) => PNG.sync.read(png).data.filter((_, at) => at % 4 !== 3);

/** The car of a seed, as this machine draws it from a bundle. */
async function expectedCar(bundle: string, seed: number): Promise<Uint8Array> {
  const { engine } = await openModel(bundle, 'onnx', () => undefined);
  onTestFinished(() => engine.dispose());
  return drawSeeds(engine, [seed]);
}

const furthest = (one: Uint8Array, other: Uint8Array) =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? Number.NaN))), 0);

/** The app over the built function and a bundle, as `cdk synth` leaves it. */
async function assemble(bundle: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const built = await buildOnce('generate', more.architecture === 'arm64' ? 'wasm' : 'native');
  onTestFinished(built.remove);
  const { app } = stubTrainingStack({ ...context, ...more }, { code: built.asset.folder, bundle });
  withoutUnknown(app);
  return app.synth().directory;
}

/**
 * Takes out what ministack 1.5 cannot do: it waits for ever for what a custom resource's function answers, and refuses alarms of
 * metric math, in whose place an alarm of one metric stands, so that whatever names them still finds them. Both have tests of their own.
 */
function withoutUnknown({ node }: App): void {
  expect(node.findChild(serving).node.tryRemoveChild('KeptChoices')).toBe(true);
  for (const alarm of node.findAll().filter((construct) => construct instanceof CfnAlarm)) {
    if (alarm.metrics === undefined) continue;
    alarm.addPropertyDeletionOverride('Metrics');
    const plain = { MetricName: 'Errors', Namespace: 'AWS/Lambda', Period: 60, Statistic: 'Sum' };
    for (const [name, value] of Object.entries(plain)) alarm.addPropertyOverride(name, value);
  }
}

const title = `deployed into an emulator of AWS${ministack ? '' : ' (skipped: ministack is not installed)'}`;

describe.skipIf(ministack === undefined)(title, { timeout: 240_000 }, () => {
  let aws: Emulator;
  beforeAll(async () => {
    aws = await startEmulator();
    await aws.cdk('bootstrap', 'aws://000000000000/eu-central-1');
  }, 120_000);
  afterAll(() => aws.stop());

  const carAt = async (url: string, seed: number) => (await aws.get(`${url}cars/${seed}.png`)).body;
  const served = async (url: string) => JSON.parse((await aws.get(`${url}model`)).body.toString()).version;

  it('the API draws the cars of the shipped bundle, then of the promoted one, which a deploy leaves alone', async () => {
    const folder = await temporaryFolder();
    const first = await writeRealBundle(folder, 'first');
    const second = await writeRealBundle(folder, 'second', 32, 2);
    const third = await writeRealBundle(folder, 'third', 32, 3);
    const { Url = '', ModelBucket } = await aws.deploy(await assemble(first), serving);
    expect(await aws.get(`${Url}car.png`)).toMatchObject({ status: 200, type: 'image/png' });
    expect(coloursOf(await carAt(Url, 42))).toEqual(Buffer.from(await expectedCar(first, 42)));
    expect(await served(Url)).toBe('first');

    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = ['--store', `s3://${ModelBucket}`];
    expect(await freshcar(['publish', second, ...store])).toMatchObject({ code: 0 });
    expect(await freshcar(['promote', 'second', ...store])).toMatchObject({ code: 0 });

    // Another processor, so another function: it starts anew, and with what is served now.
    const { Url: same = '' } = await aws.deploy(await assemble(third, { architecture: 'arm64' }), serving);
    expect(same).toBe(Url);
    expect(await served(Url)).toBe('second');
    expect(furthest(coloursOf(await carAt(Url, 42)), await expectedCar(second, 42))).toBeLessThanOrEqual(1);
  });

  it('the function becomes an image, the training line is made beside it, and both go again', async () => {
    const bundle = await writeRealBundle(await temporaryFolder(), 'first');
    const assembly = await assemble(bundle, { engine: 'tfjs-node', tracing: true });
    expect(await aws.deploy(assembly, serving)).toHaveProperty('Url');
    const { Train } = await aws.deploy(assembly, training);
    expect(Train).toMatch(/^aws stepfunctions start-execution --state-machine-arn arn:aws:states:/);
    await aws.cdk('destroy', '--all', '--force', '--app', assembly);
  });
});

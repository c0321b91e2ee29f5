import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import { verifyFile } from '../../../model/bundle/read.ts';
import { encodeSamples } from '../../../model/bundle/samples.ts';
import { runProgram } from '../../../model/cli/program.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

async function run(...args: string[]) {
  const printed = { text: '' };
  const stream = {
    write(text: string) {
      printed.text += text;
      return true;
    },
  };
  const terminal = { out: stream, err: stream } as unknown as Parameters<typeof runProgram>[1];
  return { code: await runProgram(args, terminal), ...printed };
}

/** A run whose sheets have 64 cars each, of one grey. */
async function writeRun(folder: string, size: number, greys: readonly number[]): Promise<string> {
  await mkdir(path.join(folder, 'sheets'), { recursive: true });
  for (const [step, grey] of greys.entries()) {
    const sheet = encodeSamples(new Uint8Array(64 * size * size * 3).fill(grey), size);
    await writeFile(path.join(folder, `sheets/step-0000000${step}.png`), sheet);
  }
  return folder;
}

it('puts the same cars at six moments of a training in several stages into the bundle', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  const first = await writeRun(path.join(folder, 'first'), 32, [10, 20, 30, 40]);
  const second = await writeRun(path.join(folder, 'second'), 64, [50, 60]);
  const { code, text } = await run('time-lapse', bundle, first, second);
  expect([code, text]).toEqual([0, expect.stringContaining('6 sheets in ')]);
  const bytes = await readFile(path.join(bundle, 'time-lapse.png'));
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(bundle, 'manifest.json'), 'utf8')));
  const entry = manifest.files['time-lapse.png'];
  if (!entry) throw new Error('It is not listed.');
  verifyFile(bytes, entry, 'time-lapse.png');
  const { data, width, height } = PNG.sync.read(bytes);
  // Six by six cars of 64 pixels with two between; those of 32 are enlarged.
  expect([width, height]).toEqual([6 * 66 - 2, 6 * 66 - 2]);
  const greys = [0, 1, 2, 3, 4, 5].map((row) => data[((row * 66 + 40) * width + 5 * 66 + 40) * 4]);
  expect(greys).toEqual([10, 20, 30, 40, 50, 60]);
});

it('shows the first car of each sheet first, in the pixels that it was drawn in', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  const cars = new Uint8Array(64 * 32 * 32 * 3).map((_, at) => at % 251);
  await mkdir(path.join(folder, 'run/sheets'), { recursive: true });
  await writeFile(path.join(folder, 'run/sheets/step-00000001.png'), encodeSamples(cars, 32));
  expect((await run('time-lapse', bundle, path.join(folder, 'run'))).code).toBe(0);
  const { data, width, height } = PNG.sync.read(await readFile(path.join(bundle, 'time-lapse.png')));
  expect([width, height]).toEqual([6 * 34 - 2, 32]);
  const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
  const drawn = (car: number, x: number, y: number) => [...cars.subarray(((car * 32 + y) * 32 + x) * 3).subarray(0, 3)];
  expect(pixel(3, 7)).toEqual(drawn(0, 3, 7));
  expect(pixel(5 * 34 + 31, 31)).toEqual(drawn(5, 31, 31));
});

it('refuses a folder without sheets', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  expect(await run('time-lapse', bundle, folder)).toEqual({ code: 1, text: expect.stringContaining('holds no sheet') });
});

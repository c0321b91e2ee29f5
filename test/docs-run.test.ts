import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshcar } from './support/command-line.ts';
import { argumentsOf, commandsOf } from './support/docs.ts';
import { blots } from './support/packed-pictures.ts';
import { native } from './support/tensorflow.ts';

/** The pages whose walks are walked here, each command as it stands, in this order and in one folder. */
const walked = ['README.md', 'docs/training.md'];

/** What is said after a command so that it takes seconds: fewer steps, fewer cars, and the snapshot that there is then. */
const shorter: readonly (readonly [command: string, flags: string])[] = [
  ['npx freshcar sample --count 100 ', '--count 4'],
  ['npx freshcar train --out runs/first --resume', '--steps 5'],
  ['npx freshcar train --data cars-64.npy', '--steps 1 --batch-size 2'],
  ['npx freshcar train', '--steps 4 --batch-size 4 --checkpoint-every 2 --snapshot-every 2 --report-every 2'],
  ['npx freshcar export runs/first', '--step 4'],
];

/** Commands that nothing here can run; `docs.test.ts` holds them to the command line's own rules. */
const elsewhere: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ --save$/, 'draws the 2,048 cars of the protocol'],
  [/--features /, 'needs a network that others trained'],
];

let folder: string;
const before = process.cwd();

/** Photographs, and somebody else's model. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'freshcar-docs-'));
  const [size, count] = [64, 160];
  const pixels = blots(count, size);
  await mkdir(path.join(folder, 'PHOTOS'));
  for (let at = 0; at < count; at++) {
    const png = new PNG({ width: size, height: size });
    for (let place = 0; place < size * size; place++)
      for (let channel = 0; channel < 4; channel++)
        png.data[place * 4 + channel] =
          channel === 3 ? 255 : (pixels[(at * size * size + place) * 3 + channel] as number);
    await writeFile(path.join(folder, 'PHOTOS', `${at}.png`), PNG.sync.write(png));
  }
  await cp('test/fixtures/keras/small_gen.h5', path.join(folder, 'model_gen.h5'));
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

async function run(command: string): Promise<void> {
  const flags = shorter.find(([start]) => command.startsWith(start))?.[1].split(' ') ?? [];
  const [, , ...args] = argumentsOf(command);
  const { code, err } = await freshcar([...args, ...flags]);
  expect({ code, err: code === 0 ? '' : err }, command).toEqual({ code: 0, err: '' });
}

describe.skipIf(!native)('a walk of the pages (skipped: needs the native TensorFlow library)', () => {
  it.each(walked)(
    'runs as it stands: %s',
    async (page) => {
      const commands = commandsOf(page, before).filter((command) => command.startsWith('npx freshcar'));
      const here = commands.filter((command) => !elsewhere.some(([pattern]) => pattern.test(command)));
      expect(here.length).toBeGreaterThan(1);
      // Each page begins anew.
      await rm('runs', { recursive: true, force: true });
      for (const command of here) await run(command);
      expect((await readdir('.')).length).toBeGreaterThan(0);
    },
    600_000,
  );
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import { verifyFile } from '../../../model/bundle/read.ts';
import { runProgram } from '../../../model/cli/program.ts';
import { npyHeader } from '../../../model/dataset/npy.ts';
import { parseIndex } from '../../../model/likeness/car-index.ts';
import { featureParts } from '../../../model/likeness/features.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';

/** Runs a command; what it printed is in `text`. */
async function run(...args: string[]) {
  const printed = { text: '' };
  const stream = {
    isTTY: false,
    write(text: string) {
      printed.text += text;
      return true;
    },
  };
  const interruption = () => new AbortController().signal;
  const terminal = { out: stream, err: stream, interruption } as unknown as Parameters<typeof runProgram>[1];
  return { code: await runProgram(args, terminal), ...printed };
}

describe('freshcar index and project', () => {
  let folder: string;
  let bundle: string;
  let photo: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'freshcar-'));
    bundle = await writeRealBundle(folder, 'noise');
    await run(
      'sample',
      '--model',
      bundle,
      '--count',
      '60',
      '--seed',
      '42',
      '--scale',
      '5',
      '--out',
      path.join(folder, 'cars'),
    );
    photo = path.join(folder, 'cars/42.png');
    const without = await run('project', photo, '--model', bundle, '--out', path.join(folder, 'x.png'));
    expect(without).toEqual({ code: 1, text: expect.stringContaining('freshcar index makes one') });
    expect((await run('index', bundle, '--cars', '100')).code).toBe(0);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes what cars look like into the bundle, whose manifest lists it', async () => {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(bundle, 'manifest.json'), 'utf8')));
    const entry = manifest.files['index.bin'];
    const bytes = await readFile(path.join(bundle, 'index.bin'));
    if (!entry) throw new Error('It is not listed.');
    expect(parseIndex(verifyFile(bytes, entry, 'index.bin'), featureParts).cars).toBe(100);
  });

  it('finds the seed of a drawn car, and writes it beside the photograph', async () => {
    const [out, latent] = [path.join(folder, 'found.png'), path.join(folder, 'found.json')];
    const args = ['--model', bundle, '--rounds', '3', '--seeds', '2', '--scale', '2', '--out', out, '--latent', latent];
    const { code, text } = await run('project', photo, ...args);
    expect(code).toBe(0);
    expect(text).toMatch(/\n {2}car 42, distance \d+\.\d\n {2}car \d+, distance \d+\.\d\nRefined to distance/);
    const picture = PNG.sync.read(await readFile(out));
    // Three pictures of 32 pixels, twice as large, with 8 pixels between.
    expect([picture.width, picture.height]).toEqual([3 * 64 + 2 * 8, 64]);
    const at = (left: number) =>
      picture.data.subarray((20 * picture.width + left) * 4, (20 * picture.width + left + 60) * 4);
    expect(at(0).equals(at(72))).toBe(true);
    const found = JSON.parse(await readFile(latent, 'utf8'));
    expect(found).toEqual({ model: expect.any(String), distance: expect.any(Number), latent: expect.any(Array) });
    const again = await run('project', photo, ...args);
    expect(again.text).toBe(text);
    expect(JSON.parse(await readFile(latent, 'utf8'))).toEqual(found);
  }, 60_000);

  it('measures itself with photographs by features of others', async () => {
    const data = path.join(folder, 'cars.npy');
    const small = path.join(folder, 'small');
    await run('sample', '--model', bundle, '--count', '3', '--seed', '42', '--scale', '1', '--out', small);
    const pictures = [42, 43, 44].map(
      async (seed) => PNG.sync.read(await readFile(path.join(small, `${seed}.png`))).data,
    );
    const pixels = (await Promise.all(pictures)).map((data) => data.filter((_, at) => at % 4 !== 3));
    await writeFile(data, Buffer.concat([npyHeader(3, 32), ...pixels]));
    const { code, text } = await run('index', bundle, '--measure', data, '--photographs', '3', '--rounds', '1');
    expect(text).toContain('Cars of known seeds: 100 of 100 are found first.');
    // The photographs are cars of the index, so no random one is as near.
    expect(text).toMatch(/of 3 found cars\n {2}3 are nearer than what the same search.*\n {2}3 are nearer than all/);
    expect(code).toBe(0);
  }, 120_000);

  it.each([
    ['a crop that is none', ['--crop', 'box'], 2, 'A crop is center, none or LEFT,TOP,WIDTH,HEIGHT.'],
    ['a crop outside of the picture', ['--crop', '500,500,10,10'], 2, 'lies outside'],
    ['a number of rounds that is none', ['--rounds', '-1'], 2, 'rounds'],
  ])('refuses %s', async (_, flags, code, text) => {
    const result = await run('project', photo, '--model', bundle, '--out', path.join(folder, 'y.png'), ...flags);
    expect(result).toEqual({ code, text: expect.stringContaining(text) });
  });

  it('refuses what is no picture', async () => {
    const file = path.join(folder, 'no.jpg');
    await writeFile(file, 'no picture');
    const result = await run('project', file, '--model', bundle, '--out', path.join(folder, 'y.png'));
    expect(result).toEqual({ code: 2, text: expect.stringContaining('it is no JPEG, PNG or WebP inside') });
  });
});

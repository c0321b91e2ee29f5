import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { freshcar } from '../../support/command-line.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

let folder: string;
let model: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  model = await writeRealBundle(folder, 'noise');
});

const sample = (...flags: string[]) => freshcar(['sample', '--model', model, ...flags]);

/** RGB of a PNG, one byte a channel. */
async function rgbOf(...path: string[]) {
  const { data, width, height } = PNG.sync.read(await readFile(join(folder, ...path)));
  return { width, height, pixels: data.filter((_, at) => at % 4 !== 3) };
}

describe('freshcar sample --out', () => {
  it('draws one PNG a seed, named by it', async () => {
    const { code, out } = await sample('--count', '3', '--seed', '41', '--out', join(folder, 'cars'));
    expect(code).toBe(0);
    expect(out).toBe(`3 cars of model noise in ${join(folder, 'cars')}\n`);
    expect((await readdir(join(folder, 'cars'))).sort()).toEqual(['41.png', '42.png', '43.png']);
    expect(await rgbOf('cars', '41.png')).toMatchObject({ width: 32, height: 32 });
  });

  it('draws the same bytes for a seed, alone or among others, and other bytes for another', async () => {
    await sample('--count', '70', '--out', join(folder, 'many'));
    await sample('--count', '1', '--seed', '67', '--out', join(folder, 'one'));
    const bytes = await readFile(join(folder, 'many', '67.png'));
    expect(await readFile(join(folder, 'one', '67.png'))).toEqual(bytes);
    expect(await readFile(join(folder, 'many', '66.png'))).not.toEqual(bytes);
  });

  it('goes on at 0 after the largest seed', async () => {
    await sample('--count', '2', '--seed', '4294967295', '--out', join(folder, 'cars'));
    expect((await readdir(join(folder, 'cars'))).sort()).toEqual(['0.png', '4294967295.png']);
  });

  it('draws the same car with TensorFlow.js, within 1 of 255', async () => {
    for (const engine of ['onnx', 'tfjs'])
      await sample('--count', '1', '--seed', '8', '--engine', engine, '--out', join(folder, engine));
    const [onnx, tfjs] = [await rgbOf('onnx', '8.png'), await rgbOf('tfjs', '8.png')];
    const differences = onnx.pixels.map((value, at) => Math.abs(value - (tfjs.pixels[at] ?? 0)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  it('draws other cars when they are to be more usual', async () => {
    await sample('--count', '1', '--out', join(folder, 'usual'));
    await sample('--count', '1', '--truncation', '0.4', '--out', join(folder, 'truncated'));
    expect(await readFile(join(folder, 'truncated', '0.png'))).not.toEqual(
      await readFile(join(folder, 'usual', '0.png')),
    );
  });
});

describe('freshcar sample --sheet', () => {
  it('draws the cars of the seeds row by row into one picture, each pixel enlarged', async () => {
    const places = ['--out', join(folder, 'cars'), '--sheet', join(folder, 'sheet.png')];
    await sample('--count', '5', '--columns', '3', '--scale', '2', ...places);
    const sheet = await rgbOf('sheet.png');
    expect(sheet).toMatchObject({ width: 3 * 64, height: 2 * 64 });
    const fifth = await rgbOf('cars', '4.png');
    const row = sheet.pixels.subarray((64 * 192 + 64) * 3, (64 * 192 + 128) * 3);
    expect(row).toEqual(fifth.pixels.subarray(0, 64 * 3));
  });

  it('is as square as it can be unless told how many columns', async () => {
    await sample('--count', '10', '--sheet', join(folder, 'sheet.png'));
    expect(await rgbOf('sheet.png')).toMatchObject({ width: 4 * 32, height: 3 * 32 });
  });
});

describe('freshcar sample', () => {
  it.each([
    [[], 'Say where the cars go'],
    [['--count', '0', '--out', 'cars'], 'a whole number from 1 to'],
    [['--seed', '-1', '--out', 'cars'], 'a whole number from 0 to 4294967295'],
    [['--seed', '4294967296', '--out', 'cars'], 'a whole number from 0 to 4294967295'],
    [['--scale', '1.5', '--out', 'cars'], 'a whole number from 1 to 32'],
    [['--truncation', '1.6', '--out', 'cars'], 'a number from 0.01 to 1.5'],
    [['--engine', 'torch', '--out', 'cars'], 'onnx, tfjs'],
    [['--count', '10001', '--sheet', 'sheet.png'], 'up to 10000 cars'],
  ])('refuses %j with exit code 2 and says what may be', async (flags, sentence) => {
    const { code, err } = await sample(...flags);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it('says in a sentence when the pictures cannot be written', async () => {
    const { code, err } = await sample('--count', '1', '--out', join(model, 'manifest.json'));
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Could not write .+0\.png: .+\.\n$/);
  });
});

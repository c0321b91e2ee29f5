import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../../functions/generate/models/load-model.ts';
import { drawShard } from '../../model/bulk/draw-shard.ts';
import { drawSeeds } from '../../model/draw.ts';
import type { Engine } from '../../model/engine/engine.ts';
import { loadEngine } from '../../model/engine/load.ts';
import { openFolder } from '../../model/store/folder.ts';
import { pictureOf, problemOf, startApp } from '../functions/generate/fixtures.ts';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { freshcar } from '../support/command-line.ts';

/** What draws and serves, with a model of the largest size there is. */
let folder: string;
let bundle: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  bundle = await writeRealBundle(folder, 'large', 128);
});

/** The model as the other engine draws it, which knows neither graph nor PNG. */
async function byTensorflow(): Promise<Engine> {
  const source = await openFolder(bundle);
  return loadEngine(source, await source.readManifest('large'), { engine: 'tfjs', warn: () => undefined });
}

async function app() {
  const source = await openFolder(bundle);
  return startApp(() => loadModel(source, 'large'));
}

/** Red, green and blue of a decoded picture. */
const colours = ({ data }: PNG) => data.filter((_, at) => at % 4 < 3);
const furthest = (one: Uint8Array, other: Uint8Array) =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? Number.NaN))), 0);

describe('a service of cars of 128 pixels', () => {
  it('answers the car that TensorFlow.js draws', async () => {
    const { get } = await app();
    const car = await pictureOf(await get('/cars/7.png'));
    expect(car).toMatchObject({ width: 128, height: 128 });
    const engine = await byTensorflow();
    const drawn = await drawSeeds(engine, [7]);
    await engine.dispose();
    expect(drawn).toHaveLength(128 * 128 * 3);
    expect(new Set(drawn).size).toBeGreaterThan(100);
    expect(furthest(colours(car), drawn)).toBeLessThanOrEqual(1);
  });

  it('enlarges it to multiples of its own size, and takes no other', async () => {
    const { get } = await app();
    const own = await pictureOf(await get('/cars/7.png'));
    const large = await pictureOf(await get('/cars/7.png?size=512'));
    expect(large).toMatchObject({ width: 512, height: 512 });
    const at = (x: number, y: number, { data, width }: PNG) => [
      ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
    ];
    for (const [x, y] of [
      [0, 0],
      [3, 3],
      [511, 510],
      [257, 130],
    ] as const)
      expect(at(x, y, large)).toEqual(at(Math.floor(x / 4), Math.floor(y / 4), own));
    for (const size of [32, 64, 192])
      expect((await problemOf(await get(`/cars/7.png?size=${size}`))).detail).toContain('a multiple of 128');
    expect(await (await get('/model')).json()).toMatchObject({ imageSize: 128, sizes: [128, 256, 384, 512] });
  });

  it('draws sheets of up to 64, which even as noise fit into what a function may answer', async () => {
    const { get } = await app();
    const answer = await get('/sheet.png?rows=8&columns=8&seed=1');
    // 6 MB of base64, of which 3 bytes become 4.
    expect((await answer.clone().arrayBuffer()).byteLength).toBeLessThan((6e6 * 3) / 4);
    expect(await pictureOf(answer)).toMatchObject({ width: 1024, height: 1024 });
    expect((await problemOf(await get('/sheet.png?rows=8&columns=9'))).detail).toContain('at most 64');
  });

  it('walks from car to car in up to 64 frames, 16 of four times the size', async () => {
    const { get } = await app();
    const frames = async (query: string) => {
      const answer = await get(`/morph.png?from=1&to=2&${query}`);
      expect(answer.status).toBe(200);
      return (
        Buffer.from(await answer.arrayBuffer())
          .toString('latin1')
          .split('fcTL').length - 1
      );
    };
    expect(await frames('frames=64')).toBe(64);
    expect(await frames('frames=16&size=512')).toBe(16);
    expect(await frames('frames=32&back=true')).toBe(62);
    for (const query of ['frames=65', 'frames=17&size=512', 'frames=33&back=true'])
      expect((await problemOf(await get(`/morph.png?from=1&to=2&${query}`))).detail).toMatch(
        /frames must be at most \d+ /,
      );
  });
});

describe('files of cars of 128 pixels', () => {
  it('are drawn by the command line: single ones, sheets, walks', async () => {
    const at = ['--model', bundle, '--seed', '7'];
    const sheet = path.join(folder, 'sheet.png');
    expect((await freshcar(['sample', ...at, '--count', '1', '--out', folder])).code).toBe(0);
    expect((await freshcar(['sample', ...at, '--count', '6', '--columns', '3', '--sheet', sheet])).code).toBe(0);
    const car = PNG.sync.read(await readFile(path.join(folder, '7.png')));
    expect(car).toMatchObject({ width: 128, height: 128 });
    expect(PNG.sync.read(await readFile(sheet))).toMatchObject({ width: 3 * 128, height: 2 * 128 });
    const morph = path.join(folder, 'morph.png');
    const walk = ['--from', '7', '--to', '9', '--frames', '3', '--scale', '1', '--out', morph];
    expect((await freshcar(['morph', '--model', bundle, ...walk])).code).toBe(0);
    expect(furthest(PNG.sync.read(await readFile(morph)).data, car.data)).toBeLessThanOrEqual(1);
  });

  it('lie in shards as single ones do', async () => {
    const source = await openFolder(bundle);
    const { engine } = await loadModel(source, 'large');
    const tar = Buffer.from(await drawShard(engine, { shard: 0, first: 7, count: 2 }, 1));
    // The first file begins behind its entry's block of 512 bytes, which says how long it is.
    const bytes = Number.parseInt(tar.toString('latin1', 124, 135), 8);
    const car = PNG.sync.read(tar.subarray(512, 512 + bytes));
    expect(car).toMatchObject({ width: 128, height: 128 });
    expect(furthest(colours(car), await drawSeeds(engine, [7]))).toBe(0);
    await engine.dispose();
  });
});

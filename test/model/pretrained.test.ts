import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { generator } from '../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../model/bundle/onnx-export.ts';
import { timeLapseName } from '../../model/bundle/samples.ts';
import { readTfjsWeights } from '../../model/bundle/tfjs-format.ts';
import { directionsName, readDirections } from '../../model/directions/directions.ts';
import { loadEngine } from '../../model/engine/load.ts';
import { sha256 } from '../../model/files.ts';
import { latentsFromSeeds } from '../../model/latent.ts';
import { indexName } from '../../model/likeness/car-index.ts';
import { openFolder } from '../../model/store/folder.ts';
import { shippedModel } from '../../model/store/shipped.ts';
import { native } from '../support/tensorflow.ts';

const source = await openFolder(shippedModel());
const pointer = (await source.readPointer())?.pointer;
const shipped = pointer === undefined ? [] : [pointer.version, ...(pointer.alternates ?? [])];

it('ships a model that is current', () => {
  expect(shipped.length).toBeGreaterThan(0);
});

describe.each(shipped)('the shipped model %s', async (version) => {
  const manifest = await source.readManifest(version);

  it('is a bundle whose every file is what the manifest says', async () => {
    const optional = [directionsName, indexName, timeLapseName];
    const required = Object.keys(manifest.files).filter((name) => !optional.includes(name));
    expect(required.sort()).toEqual(['card.md', 'generator.onnx', 'model.json', 'samples.png', 'weights.bin']);
    for (const [name, entry] of Object.entries(manifest.files))
      expect(sha256(await source.readFile(manifest, name)), name).toBe(entry.sha256);
  });

  it('has directions, where it has any, that are measured to change their own property most', async () => {
    for (const { name, effects, purity } of (await readDirections(source, manifest))?.directions ?? []) {
      const others = Object.entries(effects).filter(([other]) => other !== name);
      expect([name, purity >= 3]).toEqual([name, true]);
      for (const [, effect] of others) expect(effects[name] ?? 0).toBeGreaterThan(3 * Math.abs(effect) - 0.01);
    }
  });

  it('has weights of which the graph is written to the bit, as every fresh checkout does', async () => {
    const network = generator(manifest.architecture);
    const weights = readTfjsWeights(network, await source.readFile(manifest, 'weights.bin'));
    expect(sha256(exportOnnx(network, weights))).toBe(manifest.files['generator.onnx']?.sha256);
  });

  it('names itself and its data in the card as in the manifest', async () => {
    const card = new TextDecoder().decode(await source.readFile(manifest, 'card.md'));
    expect(card).toContain(`# ${manifest.version}\n`);
    expect(card).toContain(manifest.data?.sha256);
  });

  it('draws the cars of its own sheet of samples', async () => {
    const engine = await loadEngine(source, manifest);
    const seeds = Array.from({ length: 64 }, (_, seed) => seed);
    const cars = await engine.draw(latentsFromSeeds(seeds, engine.latentSize));
    const sheet = PNG.sync.read(Buffer.from(await source.readFile(manifest, 'samples.png')));
    // Two white pixels part the cars, eight a row; each pixel of a car is a square of several of the same colour.
    const cell = (sheet.width + 2) / 8;
    const size = engine.imageSize;
    const scale = (cell - 2) / size;
    expect([Number.isInteger(scale), sheet.height]).toEqual([true, sheet.width]);
    let furthest = 0;
    for (let at = 0; at < cars.length; at++) {
      const [channel, column, row] = [at % 3, Math.floor(at / 3) % size, Math.floor(at / (3 * size)) % size];
      const car = Math.floor(at / (3 * size ** 2));
      const middle = Math.floor(scale / 2);
      const [x, y] = [(car % 8) * cell + column * scale + middle, Math.floor(car / 8) * cell + row * scale + middle];
      const drawn = sheet.data[(y * sheet.width + x) * 4 + channel] as number;
      furthest = Math.max(furthest, Math.abs(drawn - (cars[at] as number)));
    }
    expect(furthest).toBeLessThanOrEqual(1);
  });

  it.skipIf(!native)(
    'draws 256 cars within 1 of 255 of what TensorFlow.js draws (skipped: needs the native TensorFlow library)',
    async () => {
      const seeds = Array.from({ length: 256 }, (_, seed) => seed);
      const [onnx, tfjs] = await Promise.all(
        (['onnx', 'tfjs'] as const).map(async (engine) => {
          const loaded = await loadEngine(source, manifest, { engine });
          return loaded.draw(latentsFromSeeds(seeds, loaded.latentSize));
        }),
      );
      let furthest = 0;
      onnx?.forEach((value, at) => {
        furthest = Math.max(furthest, Math.abs(value - (tfjs?.[at] ?? Number.NaN)));
      });
      expect(furthest).toBeLessThanOrEqual(1);
    },
  );
});

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { architectureSchema, defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { encodeOnnx } from '../../../model/bundle/onnx-format.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { createTfjsEngine } from '../../../model/engine/tfjs.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';
import { native } from '../../support/tensorflow.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

describe('the ONNX engine', () => {
  it('draws the car that Keras draws with the same weights', async () => {
    const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
    const engine = await onnxEngine();
    const car = (await engine.draw(formulaLatents(1))).values();
    for (const value of keras)
      expect(Math.abs((value + 1) * 127.5 - (car.next().value ?? Number.NaN))).toBeLessThan(0.51);
    expect(car.next().done).toBe(true);
  });

  it('draws the same car alone, among others, and while others are drawn', async () => {
    const engine = await onnxEngine();
    const all = await engine.draw(latentsFromSeeds(seeds(5), 100));
    const alone = await Promise.all(seeds(5).map((seed) => engine.draw(latentsFromSeeds([seed], 100))));
    const furthest = alone.map((car, at) => largestDifference(car, all.subarray(at * 3072, (at + 1) * 3072)));
    expect(Math.max(...furthest)).toBeLessThanOrEqual(1);
  });

  it('lets the event loop turn between drawings that were asked for at once', async () => {
    const engine = await onnxEngine();
    let [turns, done] = [0, false];
    const turn = () => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    const drawnAt = await Promise.all(
      seeds(4).map((seed) => engine.draw(latentsFromSeeds([seed], 100)).then(() => turns)),
    );
    done = true;
    expect(new Set(drawnAt).size).toBe(4);
  });

  it('draws one car while many are being drawn, and of those every one', async () => {
    const engine = await onnxEngine();
    const drawn: string[] = [];
    const many = engine.draw(latentsFromSeeds(seeds(20), 100)).finally(() => drawn.push('many'));
    const one = engine.draw(latentsFromSeeds([19], 100)).finally(() => drawn.push('one'));
    expect(largestDifference(await one, (await many).subarray(19 * 3072))).toBeLessThanOrEqual(1);
    expect(await many).toHaveLength(20 * 3072);
    expect(drawn).toEqual(['one', 'many']);
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, 1000), 'cannot be loaded'],
    ['is empty', () => new Uint8Array(), 'cannot be loaded'],
    ['is of another image size', (bytes: Uint8Array) => bytes, 'does not draw cars of 64x64'],
  ])('refuses a graph that %s', async (_, change, sentence) => {
    const network = generator(defaultArchitecture);
    const bytes = change(exportOnnx(network, formulaWeights(network)));
    const refused = createOnnxEngine(bytes, { latentSize: 100, imageSize: 64 });
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toMatchObject({ code: 'damaged-bundle' });
  });

  it('refuses a graph of another latent size', async () => {
    const network = generator(defaultArchitecture);
    const bytes = exportOnnx(network, formulaWeights(network));
    const refused = createOnnxEngine(bytes, { latentSize: 64, imageSize: 32 });
    await expect(refused).rejects.toThrow('does not take 64 numbers a car');
  });

  it('refuses a graph that is no generator, and says what it is', async () => {
    const foreign = encodeOnnx({
      name: 'foreign',
      opset: 17,
      nodes: [{ operator: 'Tanh', inputs: ['x'], output: 'y' }],
      tensors: [],
      input: { name: 'x', type: 'float', shape: ['count', 100] },
      output: { name: 'y', type: 'float', shape: ['count', 100] },
    });
    await expect(createOnnxEngine(foreign, { latentSize: 100, imageSize: 32 })).rejects.toThrow(
      'is no generator of freshcar: it makes y of x',
    );
  });
});

describe('both engines', () => {
  it.each([
    ['the default', {}, 4],
    ['64 pixels', { imageSize: 64, channels: 16, baseChannels: 16 } as const, 8],
    ['128 pixels', { imageSize: 128 as const, channels: 32, baseChannels: 64, lastChannels: [24, 16] }, 3],
    ['a shallow', { depth: 2, latentSize: 7, channels: 16, baseChannels: 8 } as const, 8],
  ])('draw cars within 1 of 255 of each other with %s architecture', expectSameCars);

  it.skipIf(!native)('draw 256 cars within 1 of 255 of each other (skipped: needs the native TensorFlow library)', () =>
    expectSameCars('the default', {}, 256),
  );
});

describe('the TensorFlow.js engine', () => {
  it('keeps no tensor of a drawing, and none at all once it is disposed of', async () => {
    const architecture = architectureSchema.parse({ latentSize: 7, channels: 8, baseChannels: 8 });
    const before = tf.memory().numTensors;
    const engine = await createTfjsEngine(formulaWeights(generator(architecture)), architecture, () => undefined);
    const loaded = tf.memory().numTensors;
    expect(loaded).toBeGreaterThan(before);
    await engine.draw(latentsFromSeeds(seeds(2), 7));
    expect(tf.memory().numTensors).toBe(loaded);
    await engine.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

async function expectSameCars(_: string, options: z.input<typeof architectureSchema>, count: number): Promise<void> {
  const architecture = architectureSchema.parse(options);
  const network = generator(architecture);
  const weights = formulaWeights(network);
  const onnx = await createOnnxEngine(exportOnnx(network, weights), architecture);
  const tfjs = await createTfjsEngine(weights, architecture, () => undefined);
  const latents = latentsFromSeeds(seeds(count), architecture.latentSize);
  const [one, other] = [await onnx.draw(latents), await tfjs.draw(latents)];
  const bytes = architecture.imageSize ** 2 * 3;
  expect(one).toHaveLength(count * bytes);
  expect(largestDifference(one, other)).toBeLessThanOrEqual(1);
  // Cars that differ from each other; a graph that ignores its input would pass otherwise.
  expect(largestDifference(one.subarray(0, bytes), one.subarray(bytes, 2 * bytes))).toBeGreaterThan(0);
  await Promise.all([onnx.dispose(), tfjs.dispose()]);
}

async function onnxEngine() {
  const network = generator(defaultArchitecture);
  return createOnnxEngine(exportOnnx(network, formulaWeights(network)), defaultArchitecture);
}

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (other[at] ?? Number.NaN))), 0);
}

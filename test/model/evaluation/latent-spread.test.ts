import { expect, it } from 'vitest';
import type { Engine } from '../../../model/engine/engine.ts';
import { measureLatentSpread } from '../../../model/evaluation/latent-spread.ts';

/** Draws one pixel whose colour is the latent vector of three numbers, around grey. */
const engine: Engine = {
  name: 'onnx',
  latentSize: 3,
  imageSize: 1,
  draw: async (latents) => Uint8Array.from(latents, (value) => Math.round(128 + 15 * value)),
  dispose: async () => undefined,
};

/** Colours are their own features. */
const extractor = {
  extract: async (images: Uint8Array) => ({ values: Float32Array.from(images), count: images.length / 3, size: 3 }),
};

it('gives spreads in proportion to the scale for cars that change as their latent vectors do', async () => {
  const { scales, spreads } = await measureLatentSpread(engine, extractor);
  expect(scales).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5]);
  for (const [at, spread] of spreads.entries()) expect(spread).toBeCloseTo(scales[at] as number, 1);
  expect(spreads[3]).toBe(1);
});

it('gives nothing but zeros for a model that draws one car only', async () => {
  const still = { ...engine, draw: async (latents: Float32Array) => new Uint8Array(latents.length) };
  expect((await measureLatentSpread(still, extractor)).spreads).toEqual([0, 0, 0, 0, 0, 0]);
});

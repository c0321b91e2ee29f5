import { expect, it, vi } from 'vitest';
import { loadRuntime } from '../../../model/engine/runtime-native.ts';
import { openExtractor } from '../../../model/evaluation/extractor.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { productBlocks } from '../../../model/row-products.ts';

// As `loadRuntime` does where there is no native library.
vi.mock('../../../model/engine/runtime.ts', () => import('../../../model/engine/runtime-wasm.ts'));

const features = 'model/evaluation/features/features.onnx';

it('features come of WebAssembly as they come of the native library', async () => {
  const random = randomFromSeed(1);
  const images = Uint8Array.from({ length: 3 * 32 * 32 * 3 }, () => Math.floor(random.uniform() * 256));
  const portable = await openExtractor(features);
  const { values, count } = await portable.extract(images, 32);
  await portable.dispose();
  vi.doMock('../../../model/engine/runtime.ts', () => ({ loadRuntime }));
  vi.resetModules();
  const native = await (await import('../../../model/evaluation/extractor.ts')).openExtractor(features);
  const expected = await native.extract(images, 32);
  await native.dispose();
  expect(count).toBe(3);
  expect(values.length).toBe(expected.values.length);
  expect(Math.max(...expected.values.map((value, at) => Math.abs(value - (values[at] ?? Number.NaN))))).toBeLessThan(
    1e-3,
  );
  expect(new Set(values).size).toBeGreaterThan(10);
});

it('products of many rows come of WebAssembly too', async () => {
  const random = randomFromSeed(2);
  const rows = (count: number) => ({
    values: Float32Array.from({ length: count * 40 }, () => random.normal()),
    count,
    size: 40,
  });
  const [a, b] = [rows(600), rows(400)];
  for await (const { firstRow, rows: height, firstColumn, columns, products } of productBlocks(a, b))
    for (const [row, column] of [
      [0, 0],
      [height - 1, columns - 1],
      [3, 7],
    ] as const) {
      let sum = 0;
      for (let at = 0; at < 40; at++)
        sum += (a.values[(firstRow + row) * 40 + at] ?? 0) * (b.values[(firstColumn + column) * 40 + at] ?? 0);
      expect(products[row * columns + column]).toBeCloseTo(sum, 3);
    }
});

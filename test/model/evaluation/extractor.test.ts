import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../../model/bundle/onnx-format.ts';
import type { OnnxNode } from '../../../model/bundle/onnx-messages.ts';
import { openExtractor } from '../../../model/evaluation/extractor.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

type Shape = readonly (number | string)[];

/** A graph that averages each channel over the picture. */
async function meanGraph(shape: Shape, type: 'float' | 'uint8' = 'float'): Promise<string> {
  const last = shape[3] === 3;
  const nodes: OnnxNode[] = [
    {
      operator: 'ReduceMean',
      inputs: ['in'],
      output: 'out',
      attributes: { axes: last ? [1, 2] : [2, 3], keepdims: 0 },
    },
  ];
  const [count = 'count'] = shape;
  const graph = { name: 'means', nodes, tensors: [], opset: 17 };
  const path = join(await temporaryFolder(), 'means.onnx');
  const input = { name: 'in', type, shape };
  await writeFile(path, encodeOnnx({ ...graph, input, output: { name: 'out', type, shape: [count, 3] } }));
  return path;
}

/** Pictures of one colour each, of two pixels width. */
const colours = [
  [10, 20, 30],
  [255, 0, 128],
  [1, 2, 3],
];
const images = Uint8Array.from(colours.flatMap((colour) => [...colour, ...colour, ...colour, ...colour]));

describe('openExtractor', () => {
  it.each<[string, Shape]>([
    ['channels last', ['count', 2, 2, 3]],
    ['channels first', ['count', 3, 2, 2]],
    ['a larger size, to which pictures grow', ['count', 3, 5, 5]],
    ['any size', ['count', 'height', 'width', 3]],
    ['two pictures at a time', [2, 3, 2, 2]],
  ])('feeds a graph that reads %s', async (_, shape) => {
    const extractor = await openExtractor(await meanGraph(shape));
    const { values, count, size } = await extractor.extract(images, 2);
    expect({ count, size }).toEqual({ count: 3, size: 3 });
    colours.flat().forEach((value, at) => {
      expect(values[at]).toBeCloseTo(value, 4);
    });
    await extractor.dispose();
  });

  it.each([
    ['0..1', 1, 0],
    ['-1..1', 2, -1],
  ] as const)('scales pixels to %s when asked to', async (range, scale, offset) => {
    const extractor = await openExtractor(await meanGraph(['count', 2, 2, 3]), range);
    const { values } = await extractor.extract(images, 2);
    expect(values[3]).toBeCloseTo(scale + offset, 5);
    expect(values[4]).toBeCloseTo(offset, 5);
    expect(values[0]).toBeCloseTo((scale * 10) / 255 + offset, 5);
  });

  it('says which file its features come from', async () => {
    const extractor = await openExtractor(await meanGraph(['count', 2, 2, 3]));
    expect(extractor.name).toBe('means.onnx');
    expect(extractor.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Shape]>([
    ['[count,2,3,3]', ['count', 2, 3, 3]],
    ['[count,4,2,2]', ['count', 4, 2, 2]],
  ])('refuses a graph whose input is %s', async (text, shape) => {
    await expect(openExtractor(await meanGraph(shape))).rejects.toThrow(`its input is ${text} instead of`);
  });

  it('refuses a missing file, and one that is no graph', async () => {
    await expect(openExtractor('/no/such.onnx')).rejects.toThrow('Could not read the features /no/such.onnx');
    const path = join(await temporaryFolder(), 'text.onnx');
    await writeFile(path, 'text');
    await expect(openExtractor(path)).rejects.toThrow('text.onnx is no ONNX graph');
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../../model/bundle/onnx-format.ts';
import { openExtractor } from '../../../model/evaluation/extractor.ts';
import { changed } from '../../support/forged-bundles.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/** Each channel's mean over the image and a constant, with whatever is changed about it. */
async function graphWith(change: Parameters<typeof changed>[1]): Promise<string> {
  const honest = encodeOnnx({
    name: 'means',
    opset: 17,
    nodes: [
      { operator: 'ReduceMean', inputs: ['in'], output: 'mean', attributes: { axes: [1, 2], keepdims: 0 } },
      { operator: 'Add', inputs: ['mean', 'offset'], output: 'out' },
    ],
    tensors: [{ name: 'offset', shape: [3], values: Float32Array.of(1, 2, 3) }],
    input: { name: 'in', type: 'float', shape: ['count', 2, 2, 3] },
    output: { name: 'out', type: 'float', shape: ['count', 3] },
  });
  const path = join(await temporaryFolder(), 'strange.onnx');
  await writeFile(path, changed(honest, change));
  return path;
}

const elsewhere = {
  externalData: [
    { key: 'location', value: 'package.json' },
    { key: 'length', value: '12' },
  ],
  dataLocation: 1,
};
const inner = { name: 'inner', node: [], input: [], output: [] };

describe('a graph of somebody’s that makes features', () => {
  it.each<[string, Parameters<typeof changed>[1], RegExp]>([
    [
      'a tensor that lies in another file',
      ({ graph }) => {
        Object.assign(graph.initializer[0], elsewhere);
        delete graph.initializer[0].rawData;
      },
      /takes data from other files/,
    ],
    [
      'a location without a file',
      ({ graph }) => Object.assign(graph.initializer[0], { dataLocation: 1 }),
      /takes data from other files/,
    ],
    [
      'a constant of an operator in another file',
      ({ graph }) => {
        const t = { ...graph.initializer[0], ...elsewhere };
        delete t.rawData;
        graph.node.unshift({ opType: 'Constant', output: ['unused'], attribute: [{ name: 'value', type: 4, t }] });
      },
      /takes data from other files/,
    ],
    [
      'such constants in a list',
      ({ graph }) => {
        const tensors = [{ ...graph.initializer[0], dataLocation: 1 }];
        graph.node[0].attribute.push({ name: 'values', type: 9, tensors });
      },
      /takes data from other files/,
    ],
    [
      'a graph in a graph',
      ({ graph }) => graph.node[0].attribute.push({ name: 'body', type: 5, g: inner }),
      /a graph in a graph/,
    ],
    [
      'graphs in a graph',
      ({ graph }) => graph.node[0].attribute.push({ name: 'bodies', type: 10, graphs: [inner] }),
      /graphs in a graph/,
    ],
    ['functions', (model) => Object.assign(model, { functions: [{ name: 'Add', node: [] }] }), /it has functions/],
    ['sparse tensors', ({ graph }) => Object.assign(graph, { sparseInitializer: [{ dims: [3] }] }), /sparse tensors/],
    [
      'operators of another domain',
      ({ graph }) => Object.assign(graph.node[1], { domain: 'com.microsoft' }),
      /another domain, com\.microsoft/,
    ],
    [
      'gigantic images',
      ({ graph }) => {
        graph.input[0].type.tensorType.shape.dim = [1, 2 ** 20, 2 ** 20, 3].map((dimValue) => ({ dimValue }));
      },
      /its input is \[1,1048576,1048576,3\], but at most 256 images of 1024 pixels/,
    ],
    [
      'gigantic batches',
      ({ graph }) => {
        graph.input[0].type.tensorType.shape.dim = [2 ** 31 - 1, 2, 2, 3].map((dimValue) => ({ dimValue }));
      },
      /at most 256 images/,
    ],
    [
      'gigantic dimensions over few bytes',
      ({ graph }) => Object.assign(graph.initializer[0], { dims: [2 ** 40] }),
      /no ONNX graph that can be run/,
    ],
  ])('is refused when it has %s', async (_, change, reason) => {
    const path = await graphWith(change);
    await expect(openExtractor(path)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(reason),
    });
  });

  it('may have remarks, names for lengths and constants of its own', async () => {
    const path = await graphWith((model) => {
      Object.assign(model, { docString: 'by hand' });
      Object.assign(model.graph.node[1], { docString: 'adds', domain: 'ai.onnx' });
      Object.assign(model.graph.initializer[0], { dataLocation: 0 });
    });
    const extractor = await openExtractor(path);
    const { values } = await extractor.extract(new Uint8Array(12).fill(5), 2);
    expect([...values]).toEqual([6, 7, 8]);
    await extractor.dispose();
  });

  it('is taken as this program writes it', async () => {
    const extractor = await openExtractor('model/evaluation/features/features.onnx');
    expect(extractor.name).toBe('features.onnx');
    await extractor.dispose();
  });
});

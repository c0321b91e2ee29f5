import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { openExtractor } from '../../../../model/evaluation/extractor.ts';
import { exportLayersFeatures } from '../../../../model/evaluation/features/layers-model-onnx.ts';
import { type LayersModel, readLayersModel } from '../../../../model/features/layers-model.ts';
import '../../../support/tensorflow.ts';

const size = 17;

/** A small Inception: strides, kernels of two lengths, both poolings and both paddings, branches that meet again. */
function smallInception(): tfl.LayersModel {
  const input = tfl.input({ shape: [size, size, 3] });
  let count = 0;
  const conv = (
    x: tfl.SymbolicTensor,
    filters: number,
    kernelSize: [number, number],
    strides = 1,
    padding = 'same',
  ) => {
    count += 1;
    const convolved = tfl.layers
      .conv2d({ name: `conv_${count}`, filters, kernelSize, strides, padding: padding as 'same', useBias: false })
      .apply(x);
    const normed = tfl.layers.batchNormalization({ name: `norm_${count}`, scale: false }).apply(convolved);
    return tfl.layers.activation({ name: `relu_${count}`, activation: 'relu' }).apply(normed) as tfl.SymbolicTensor;
  };
  const stem = conv(input, 6, [3, 3], 2, 'valid');
  const pooled = tfl.layers
    .maxPooling2d({ name: 'max', poolSize: 3, strides: 2, padding: 'valid' })
    .apply(stem) as tfl.SymbolicTensor;
  const wide = conv(conv(pooled, 4, [1, 3]), 5, [3, 1]);
  const mean = tfl.layers
    .averagePooling2d({ name: 'mean', poolSize: 3, strides: 1, padding: 'same' })
    .apply(pooled) as tfl.SymbolicTensor;
  const mixed = tfl.layers.concatenate({ name: 'mixed', axis: 3 }).apply([wide, conv(mean, 3, [1, 1])]);
  const last = tfl.layers.averagePooling2d({ name: 'last', poolSize: 3 }).apply(mixed);
  const flat = tfl.layers.flatten({ name: 'flat' }).apply(last);
  const classes = tfl.layers.dense({ name: 'classes', units: 2 }).apply(flat);
  return tfl.model({ inputs: input, outputs: classes as tfl.SymbolicTensor });
}

/** As the converter writes it, with weights that are no round numbers and no zero variances. */
async function saved(model: tfl.LayersModel): Promise<LayersModel> {
  const names = model.weights.map(({ originalName }) => originalName);
  model.setWeights(
    model.getWeights().map((weight, w) => {
      const value = (i: number) =>
        names[w]?.includes('variance') ? 0.5 + Math.sin(i + w) ** 2 : Math.sin(0.73 * (i + w) ** 2);
      return tf.tensor(
        Float32Array.from({ length: weight.size }, (_, i) => value(i)),
        weight.shape,
      );
    }),
  );
  const weights = model.weights.map(({ originalName }, at) => ({
    name: originalName.replace(/_\d+$/, ''),
    values: model.getWeights()[at] as tf.Tensor,
  }));
  const topology = model.toJSON(undefined, false) as { config: unknown };
  const json = {
    modelTopology: { model_config: topology },
    weightsManifest: [
      { weights: weights.map(({ name, values }) => ({ name, shape: values.shape, dtype: 'float32' })) },
    ],
  };
  const bytes = Buffer.concat(
    weights.map(({ values }) => Buffer.from((values.dataSync() as Float32Array).slice().buffer)),
  );
  return readLayersModel(JSON.parse(JSON.stringify(json)), bytes);
}

it('looks with a classifier of Keras as TensorFlow.js does, up to the means of its last map', async () => {
  const model = smallInception();
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'freshcar-layers-')), 'features.onnx');
  await writeFile(file, exportLayersFeatures(await saved(model)));
  const images = Uint8Array.from({ length: 2 * size * size * 3 }, (_, i) => 127.5 * (1 + Math.sin(i * 0.37)));
  const extractor = await openExtractor(file);
  const { values } = await extractor.extract(images, size);
  await extractor.dispose();
  const map = tfl.model({ inputs: model.inputs, outputs: model.getLayer('mixed').output as tfl.SymbolicTensor });
  const pixels = tf.sub(tf.div(tf.tensor4d(Float32Array.from(images), [2, size, size, 3]), 127.5), 1);
  const expected = tf.mean(map.predict(pixels) as tf.Tensor4D, [1, 2]).dataSync();
  expect(values).toHaveLength(16);
  expect(Math.max(...values)).toBeGreaterThan(0.1);
  expected.forEach((value, at) => {
    expect(Math.abs((values[at] as number) - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
  });
});

it('looks no further than it is told', async () => {
  const model = smallInception();
  const { layers, weights } = await saved(model);
  const upTo = layers.slice(0, layers.findIndex(({ name }) => name === 'relu_1') + 1);
  expect(exportLayersFeatures({ layers, weights }, { layer: 'relu_1' })).toEqual(
    exportLayersFeatures({ layers: upTo, weights }, { layer: 'relu_1' }),
  );
  expect(() => exportLayersFeatures({ layers: upTo, weights })).toThrow('no last map');
});

it('refuses layers that it does not know, and a model whose last map nobody pools', () => {
  const layer = (class_name: string, name: string, from: string[] = []) => ({
    class_name,
    name,
    inbound_nodes: from,
    config: { batch_input_shape: [null, 32, 32, 3] },
  });
  const input = layer('InputLayer', 'input');
  const model = (...layers: ReturnType<typeof layer>[]): LayersModel => ({
    layers: [input, ...layers],
    weights: new Map(),
  });
  expect(() => exportLayersFeatures(model(layer('LSTM', 'memory', ['input'])))).toThrow('a layer LSTM (memory)');
  expect(() => exportLayersFeatures(model())).toThrow('no last map');
});

import type { OnnxTensor } from '../../bundle/onnx-messages.ts';
import type { Constant } from './graph-model.ts';

/** What one side is padded with: TensorFlow's SAME (of an odd sum the larger half lies below and to the right) or VALID. */
export function padding(size: number, side: number, stride: number, kind = 'SAME') {
  if (kind === 'VALID') return { before: 0, after: 0, size: Math.floor((size - side) / stride) + 1 };
  const output = Math.ceil(size / stride);
  const sum = Math.max(0, (output - 1) * stride + side - size);
  return { before: Math.floor(sum / 2), after: Math.ceil(sum / 2), size: output };
}

/** `[height, width, inputs, filters]` to ONNX's `[filters, inputs, height, width]`; depthwise, each input has one filter. */
export function channelsFirst(name: string, { shape, values }: Constant, depthwise: boolean): OnnxTensor {
  const [height = 1, width = 1, inputs = 1, filters = 1] = shape;
  const order = new Float32Array(values.length);
  for (let place = 0; place < height * width; place++)
    for (let input = 0; input < inputs; input++)
      for (let filter = 0; filter < filters; filter++)
        order[(depthwise ? input * filters + filter : filter * inputs + input) * height * width + place] = values[
          (place * inputs + input) * filters + filter
        ] as number;
  return {
    name,
    shape: depthwise ? [inputs * filters, 1, height, width] : [filters, inputs, height, width],
    values: order,
  };
}

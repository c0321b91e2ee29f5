import { expect, it } from 'vitest';
import { channelsFirst } from '../../../../model/evaluation/features/onnx-convolution.ts';

const numbered = (shape: number[]) => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, at) => at),
});

it('puts filters and inputs before rows and columns', () => {
  // One row of two places, two inputs, three filters; ordered by hand.
  const { name, shape, values } = channelsFirst('kernel', numbered([1, 2, 2, 3]), false);
  expect({ name, shape }).toEqual({ name: 'kernel', shape: [3, 2, 1, 2] });
  expect(Array.from(values as Float32Array)).toEqual([0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
});

it("makes each filter of a depthwise kernel one of ONNX's groups, input by input", () => {
  const one = channelsFirst('kernel', numbered([1, 2, 2, 1]), true);
  expect(one.shape).toEqual([2, 1, 1, 2]);
  expect(Array.from(one.values as Float32Array)).toEqual([0, 2, 1, 3]);
  const two = channelsFirst('kernel', numbered([1, 2, 2, 2]), true);
  expect(two.shape).toEqual([4, 1, 1, 2]);
  expect(Array.from(two.values as Float32Array)).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
});

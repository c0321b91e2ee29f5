import { ParameterError } from '../problem.ts';
import { wholeNumber } from './numbers.ts';

/** The smallest and largest width of a car that can be asked for, in pixels. */
export const sizeRange = { minimum: 32, maximum: 512 } as const;

export const size = wholeNumber(sizeRange.minimum, sizeRange.maximum)
  .optional()
  .openapi({
    param: { name: 'size', in: 'query', required: false },
    type: 'integer',
    ...sizeRange,
    // Every model's own size is a multiple of the smallest.
    multipleOf: sizeRange.minimum,
    description: "Width and height in pixels, a multiple of the model's own size, which is the default.",
    example: 256,
  });

/** The factor by which the model's own pixels are enlarged for `?size=`. */
export function scaleOf(size: number | undefined, imageSize: number): number {
  const scale = (size ?? imageSize) / imageSize;
  if (Number.isInteger(scale)) return scale;
  throw new ParameterError('size', `size must be a multiple of ${imageSize}, the size of this model's own pictures.`);
}

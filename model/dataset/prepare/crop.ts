import { FreshcarError } from '../../errors.ts';
import type { Box } from '../sources/source.ts';
import { UnreadablePicture } from '../sources/source.ts';

/**
 * What part of a picture is kept: all of it (`none`; a picture that is not square is squeezed into one), the largest square
 * in its middle (`center`), the car's box as the source knows it (`box`), or one box for all.
 */
export type Crop = 'none' | 'center' | 'box' | Box;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws FreshcarError `invalid-input` for anything but `none`, `center`, `box` and `LEFT,TOP,WIDTH,HEIGHT`. */
export function parseCrop(text: string): Crop {
  if (text === 'none' || text === 'center' || text === 'box') return text;
  const numbers = /^\d+,\d+,\d+,\d+$/.test(text) ? text.split(',').map(Number) : [];
  const [left = 0, top = 0, width = 0, height = 0] = numbers;
  if (width < 1 || height < 1)
    throw new FreshcarError('invalid-input', `A crop is none, center, box or LEFT,TOP,WIDTH,HEIGHT, not "${text}".`);
  return { left, top, width, height };
}

/** The inverse of `parseCrop`. */
export function formatCrop(crop: Crop): string {
  return typeof crop === 'string' ? crop : [crop.left, crop.top, crop.width, crop.height].join(',');
}

/**
 * The part of a picture of `size` that `crop` keeps, always inside the picture.
 *
 * @throws UnreadablePicture when there is no box for it, or the box lies outside of it.
 */
export function cropBox(crop: Crop, size: Size, box: Box | undefined): Box {
  if (crop === 'none') return { left: 0, top: 0, ...onlySize(size) };
  if (crop === 'center') {
    const side = Math.min(size.width, size.height);
    const [left, top] = [Math.floor((size.width - side) / 2), Math.floor((size.height - side) / 2)];
    return { left, top, width: side, height: side };
  }
  const wanted = crop === 'box' ? box : crop;
  if (!wanted) throw new UnreadablePicture('there is no box for it');
  return inside(wanted, size);
}

/** Boxes drawn by hand reach over the edge here and there. */
function inside(box: Box, size: Size): Box {
  const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
  const width = Math.min(size.width, box.left + box.width) - left;
  const height = Math.min(size.height, box.top + box.height) - top;
  if (width < 1 || height < 1)
    throw new UnreadablePicture(
      `its box ${formatCrop(box)} lies outside of its ${size.width} by ${size.height} pixels`,
    );
  return { left, top, width, height };
}

function onlySize({ width, height }: Size): Size {
  return { width, height };
}

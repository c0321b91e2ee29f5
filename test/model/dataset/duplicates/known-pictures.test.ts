import { expect, it } from 'vitest';
import { findKnown } from '../../../../model/dataset/duplicates/known-pictures.ts';
import { resizeByArea } from '../../../../model/dataset/resize.ts';
import { blots } from '../../../support/packed-pictures.ts';

const held = blots(20, 32, 1);
const bytes = 32 * 32 * 3;
const find = findKnown({ name: 'held.npy', images: held, imageSize: 32, count: 20 });
const picture = (images: Uint8Array, index: number) => images.subarray(index * bytes, (index + 1) * bytes);

it('finds a known picture, also brighter, mirrored or packed at another size', () => {
  const pixels = picture(held, 7);
  const brighter = pixels.map((value) => Math.min(255, value * 1.1));
  const mirrored = pixels.map((_, at) => pixels[at + 3 * (31 - 2 * (Math.floor(at / 3) % 32))] ?? 0);
  for (const same of [pixels, brighter, mirrored]) expect(find(same, 32)).toBe('held.npy, picture 7');
  expect(find(resizeByArea({ pixels, width: 32, height: 32 }, 24, 24), 24)).toBe('held.npy, picture 7');
});

it('lets other pictures pass', () => {
  const others = blots(40, 32, 2);
  const found = Array.from({ length: 40 }, (_, index) => find(picture(others, index), 32)).filter(Boolean);
  expect(found.length).toBeLessThan(4);
});

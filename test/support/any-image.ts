import fc from 'fast-check';
import type { Picture } from '../../model/image.ts';

/** Small images of any pixels. */
export const anyImage = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
  .chain(
    ({ width, height }): fc.Arbitrary<Picture> =>
      fc
        .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
        .map((pixels) => ({ pixels, width, height })),
  );

/** The bytes of hexadecimal colours. */
export function bytesOf(colours: string): Uint8Array {
  return Uint8Array.from(Buffer.from(colours.replaceAll(' ', ''), 'hex'));
}

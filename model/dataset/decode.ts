import sharp from 'sharp';
import type { Picture } from '../image.ts';

/** Decodes a file to upright 8-bit sRGB; what is see-through becomes white. */
export async function decodePicture(file: string): Promise<Picture> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

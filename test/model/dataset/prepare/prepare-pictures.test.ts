import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createPreparer } from '../../../../model/dataset/prepare/prepare-pictures.ts';
import { resizeByArea } from '../../../../model/dataset/resize.ts';
import { folderOf, wavy } from '../../../support/pictures.ts';

const imageSize = 32;

/** What becomes of a JPEG, less what becomes of it when all of its pixels are decoded and averaged. */
async function differences(jpeg: Buffer): Promise<number[]> {
  const file = join(await folderOf({ 'car.jpg': jpeg }), 'car.jpg');
  const pixels = new Uint8Array(imageSize * imageSize * 3);
  const prepare = createPreparer({ imageSize, crop: 'none' });
  expect(await prepare([{ name: 'car.jpg', content: { file } }], pixels)).toMatchObject([{ squeezed: true }]);
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const exact = resizeByArea({ pixels: data, width: info.width, height: info.height }, imageSize, imageSize);
  return [...pixels].map((value, at) => value - (exact[at] as number));
}

const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('preparing a picture', () => {
  it('gives the exact area averages of a JPEG that is less than four times as large', async () => {
    const jpeg = await wavy(3, 200, 127).jpeg().toBuffer();
    expect(await differences(jpeg)).toEqual(new Array(imageSize * imageSize * 3).fill(0));
  });

  it.each([
    [2, 190, 140],
    [4, 410, 300],
    [8, 700, 530],
  ])('is close to them when the JPEG is shrunk by %i while it is decoded', async (_, width, height) => {
    // Smooth waves, and the sharpest edges that there are: squares of black and white.
    const squares = Buffer.from(
      Uint8Array.from({ length: width * height }, (__, at) => {
        const [x, y] = [at % width, Math.floor(at / width)];
        return (Math.floor(x / 37) + Math.floor(y / 29)) % 2 ? 255 : 0;
      }),
    );
    const edges = sharp(squares, { raw: { width, height, channels: 1 } });
    const ofWaves = await differences(await wavy(4, width, height).jpeg({ quality: 90 }).toBuffer());
    const ofEdges = await differences(await edges.jpeg({ quality: 90 }).toBuffer());
    expect(largest(ofWaves)).toBeLessThanOrEqual(2);
    expect(largest(ofEdges)).toBeLessThanOrEqual(48);
    for (const all of [ofWaves, ofEdges]) expect(Math.abs(mean(all))).toBeLessThan(0.2);
  });
});

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawSeeds, seedsFrom } from '../../model/draw.ts';
import { openModel } from '../../model/open-model.ts';
import { randomFromSeed } from '../../model/random.ts';

/** Of 255: grain as photographs have it, without which JPEG has hardly anything to keep. */
const grain = 6;

/** Fills `folder` with JPEGs of the shipped model's cars, enlarged smoothly and grained; the same at every call. */
export async function drawPhotographs(
  folder: string,
  count: number,
  size: { readonly width: number; readonly height: number },
): Promise<string> {
  await mkdir(folder);
  const { engine } = await openModel(undefined, 'onnx', () => undefined);
  const own = { width: engine.imageSize, height: engine.imageSize, channels: 3 } as const;
  const random = randomFromSeed(1);
  for (const seed of seedsFrom(1, count)) {
    const car = sharp(await drawSeeds(engine, [seed]), { raw: own }).resize({ ...size, fit: 'fill', kernel: 'cubic' });
    const pixels = Uint8ClampedArray.from(await car.raw().toBuffer(), (value) => value + grain * random.normal());
    await sharp(pixels, { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 85 })
      .toFile(join(folder, `${seed}.jpg`));
  }
  await engine.dispose();
  return folder;
}

import { writeFile } from 'node:fs/promises';
import { npyHeader } from '../../model/dataset/npy.ts';
import { randomFromSeed } from '../../model/random.ts';

/** Pictures of smooth random blots, each unlike the others: noise of 16x16 places, blown up. */
export function blots(count: number, size = 32, seed = 1): Uint8Array {
  const random = randomFromSeed(seed);
  const grid = 16;
  const images = new Uint8Array(count * size * size * 3);
  for (let picture = 0; picture < count; picture++) {
    const places = Float64Array.from({ length: grid * grid * 3 }, () => 255 * random.uniform());
    const start = picture * size * size * 3;
    for (let at = 0; at < size * size * 3; at++) {
      const [row, column] = [Math.floor(at / 3 / size), Math.floor(at / 3) % size];
      const place = Math.floor((row * grid) / size) * grid + Math.floor((column * grid) / size);
      images[start + at] = places[place * 3 + (at % 3)] as number;
    }
  }
  return images;
}

/** Writes pictures as a packed dataset without provenance. */
export async function writeNpy(path: string, images: Uint8Array, size = 32): Promise<void> {
  await writeFile(path, Buffer.concat([npyHeader(images.length / (size * size * 3), size), images]));
}

import { drawSeeds, seedsFrom } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import { pictureOf } from '../image.ts';
import { encodePng } from '../png.ts';
import type { Shard } from './plan.ts';
import { tarEnd, tarEntry } from './tar.ts';

/** Cars that are drawn at once: enough to be fast, few enough to stay small. */
const batchSize = 64;

/**
 * Draws the cars of a shard into one tar archive of PNGs, a WebDataset shard: a sample's key is its seed in ten digits, so
 * that names sort as seeds do. The same plan on the same kind of processor gives the same bytes.
 */
export async function drawShard(
  engine: Pick<Engine, 'draw' | 'latentSize' | 'imageSize'>,
  { first, count }: Shard,
  truncation: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let done = 0; done < count; done += batchSize) {
    const seeds = seedsFrom(first + done, Math.min(batchSize, count - done));
    const cars = await drawSeeds(engine, seeds, truncation);
    seeds.forEach((seed, at) => {
      const name = `${String(seed).padStart(10, '0')}.png`;
      parts.push(tarEntry({ name, content: encodePng(pictureOf(cars, at, engine.imageSize)) }));
    });
  }
  return Buffer.concat([...parts, tarEnd]);
}

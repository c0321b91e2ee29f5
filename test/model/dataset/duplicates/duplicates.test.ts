import { describe, expect, it } from 'vitest';
import { differenceHash, hashDistance } from '../../../../model/dataset/duplicates/difference-hash.ts';
import { findDuplicates, nearDistance } from '../../../../model/dataset/duplicates/duplicates.ts';
import { randomFromSeed } from '../../../../model/random.ts';
import { wavyPixels } from '../../../support/pictures.ts';

describe('exact duplicates', () => {
  it('are pictures with the same pixels, and named after the first', () => {
    const find = findDuplicates('exact', 32);
    const pixels = wavyPixels(1, 32);
    const other = pixels.slice();
    other[100] = (other[100] as number) ^ 1;
    expect(find('a', pixels)).toBeUndefined();
    expect(find('b', other)).toBeUndefined();
    expect(find('c', pixels.slice())).toBe('a');
    expect(find('d', other)).toBe('b');
  });
});

describe('near duplicates', () => {
  it('are the first earlier pictures within the distance, as comparing with all of them finds', () => {
    const find = findDuplicates('near', 17);
    const kept: { name: string; hash: Uint32Array }[] = [];
    let found = 0;
    const pictures = similarPictures(3000);
    for (const [index, pixels] of pictures.entries()) {
      const hash = differenceHash(pixels, 17);
      const first = kept.find((earlier) => hashDistance(hash, 0, earlier.hash, 0) <= nearDistance);
      expect(find(`${index}`, pixels)).toBe(first?.name);
      if (first) found++;
      else kept.push({ name: `${index}`, hash });
    }
    // Neither everything nor nothing, and more than the tables begin with.
    expect(found).toBeGreaterThan(300);
    expect(kept.length).toBeGreaterThan(1100);
  });
});

/** Noise of 17 by 17 pixels; every other picture is an earlier one with more or less noise on top. */
function similarPictures(count: number): Uint8Array[] {
  const random = randomFromSeed(7);
  const pictures: Uint8Array[] = [];
  while (pictures.length < count) {
    const base = random.uniform() < 0.5 ? pictures[random.integer(Math.max(1, pictures.length))] : undefined;
    const strength = random.integer(60);
    pictures.push(
      Uint8Array.from({ length: 17 * 17 * 3 }, (_, at) =>
        base
          ? Math.max(0, Math.min(255, (base[at] as number) + random.integer(2 * strength + 1) - strength))
          : random.integer(256),
      ),
    );
  }
  return pictures;
}

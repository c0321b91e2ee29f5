import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { npyHeader } from '../../../model/dataset/npy.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { freshcar } from '../../support/command-line.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  out = path.join(folder, 'panels.png');
});

const picture = async () => PNG.sync.read(await readFile(out));
const at = ({ data, width }: PNG, x: number, y: number) => [...data.subarray(4 * (y * width + x)).subarray(0, 3)];

/** Ten photographs of 32 pixels, number n all of the grey n. */
async function writeGreys(): Promise<string> {
  const file = path.join(folder, 'greys.npy');
  const greys = Array.from({ length: 10 }, (_, number) => new Uint8Array(32 * 32 * 3).fill(number));
  await writeFile(file, Buffer.concat([npyHeader(10, 32), ...greys]));
  return file;
}

describe('freshcar side-by-side', () => {
  it('puts panels from left to right as they are named, all as high, with white between them', async () => {
    const theirs = path.join(folder, 'theirs.jpg');
    await sharp({ create: { width: 300, height: 600, channels: 3, background: 'red' } }).toFile(theirs);
    const model = await writeRealBundle(folder, 'noise', 64);
    const panels = ['--picture', theirs, '--data', await writeGreys(), '--model', model];
    const run = await freshcar(['side-by-side', ...panels, '--count', '4', '--cell', '64', '--out', out]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toBe(
      `${out}, from left to right: theirs.jpg; 4 of 10 photographs of greys.npy; 4 cars of noise from seed 1 on\n`,
    );
    const all = await picture();
    // Two cells and the gap of 2 are 130; theirs is half as wide as it is high; 16 lie between two panels.
    expect(all).toMatchObject({ width: 65 + 16 + 130 + 16 + 130, height: 130 });
    const [red = 0, green = 255] = at(all, 30, 60);
    expect(red - green).toBeGreaterThan(200);
    expect(at(all, 70, 60)).toEqual([255, 255, 255]);
    // Photographs 0, 2, 5 and 7 of ten.
    const left = 65 + 16;
    for (const [x, y, grey] of [
      [0, 0, 0],
      [129, 63, 2],
      [63, 129, 5],
      [66, 66, 7],
    ] as const)
      expect(at(all, left + x, y)).toEqual([grey, grey, grey]);
    expect(at(all, left + 64, 20)).toEqual([255, 255, 255]);
    await freshcar(['sample', '--model', model, '--seed', '2', '--count', '1', '--out', folder]);
    const second = PNG.sync.read(await readFile(path.join(folder, '2.png')));
    const difference = at(all, left + 130 + 16 + 66 + 40, 33).map((value, channel) =>
      Math.abs(value - (at(second, 40, 33)[channel] ?? Number.NaN)),
    );
    expect(Math.max(...difference)).toBeLessThanOrEqual(1);
  });

  it('is the same for the same files, and draws other cars from another seed on', async () => {
    const model = await writeRealBundle(folder, 'noise');
    const bytes = async (...flags: string[]) => {
      await freshcar(['side-by-side', '--model', model, '--count', '2', '--out', out, ...flags]);
      return readFile(out);
    };
    const first = await bytes();
    expect(await bytes()).toEqual(first);
    expect(await bytes('--seed', '5')).not.toEqual(first);
  });

  it('says what it cannot show', async () => {
    const data = await writeGreys();
    for (const [flags, sentence] of [
      [[], 'Name what is to stand side by side'],
      [['--data', data, '--cell', '100'], '32 pixels wide, of which 100 is no multiple; give another --cell'],
      [['--picture', data], `Could not read ${data} as a picture: `],
      [['--picture', path.join(folder, 'none.png')], 'none.png as a picture: '],
    ] as const)
      expect(await freshcar(['side-by-side', ...flags, '--out', out])).toMatchObject({
        code: 2,
        err: expect.stringContaining(sentence),
      });
  });
});

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** A new folder for one test. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'freshcar-dataset-'));
}

/** Puts files into a new folder by their paths inside it, and returns the folder. */
export async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await newFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A picture of one colour, ready to be written in any format. */
export function plain(color: string, width = 40, height = 40): Sharp {
  return sharp({ create: { width, height, channels: 3, background: color } });
}

/** A smooth picture that differs from those of other seeds, as RGB bytes. */
export function wavyPixels(seed: number, width: number, height = width): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0, y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++, at++) {
        const [across, down] = [(x / width) * (3 + (seed % 5)), (y / height) * (2 + (seed % 7))];
        pixels[at] = 127.5 * (1 + Math.sin(across * 2 + seed * 1.7 + channel) * Math.cos(down * 2 - seed * 0.9));
      }
  return pixels;
}

/** The same to be encoded. */
export function wavy(seed: number, width = 40, height = width): Sharp {
  return sharp(wavyPixels(seed, width, height), { raw: { width, height, channels: 3 } });
}

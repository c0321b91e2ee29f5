import { basename } from 'node:path';
import sharp from 'sharp';
import { readDataset } from '../dataset/read-dataset.ts';
import { drawSeeds, seedsFrom } from '../draw.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf, writeWhole } from '../files.ts';
import { beside, type Picture, pictureOf, sheet } from '../image.ts';
import { openModel } from '../open-model.ts';
import { encodePng } from '../png.ts';
import type { Terminal } from '../terminal.ts';

/** One of the pictures that stand beside each other, and where it comes from. */
export interface Panel {
  readonly kind: 'model' | 'picture' | 'data';
  readonly path: string;
}

export interface SideBySideFlags {
  readonly out: string;
  /** Cars in a panel, and the width of each in pixels. */
  readonly count: number;
  readonly cell: number;
  readonly seed: number;
  readonly truncation: number;
}

/** White pixels between two cars; between two panels there are eight times as many. */
const gap = 2;

interface MadePanel {
  readonly picture: Picture;
  /** What it shows, for whoever captions it. */
  readonly caption: string;
}

/** Writes one picture with all panels, the same for the same files and flags. */
export async function runSideBySide(
  panels: readonly Panel[],
  flags: SideBySideFlags,
  terminal: Terminal,
): Promise<void> {
  if (panels.length === 0)
    throw new FreshcarError('invalid-input', 'Name what is to stand side by side, by --model, --picture and --data.');
  const columns = Math.ceil(Math.sqrt(flags.count));
  const height = Math.ceil(flags.count / columns) * (flags.cell + gap) - gap;
  const made: MadePanel[] = [];
  for (const { kind, path } of panels) {
    const make = { model: modelPanel, data: dataPanel, picture: () => picturePanel(path, height) }[kind];
    made.push(await make(path, flags, terminal));
  }
  const pictures = made.map(({ picture }) => picture);
  await writeWhole(flags.out, encodePng(beside(pictures, 8 * gap)));
  terminal.out.write(`${flags.out}, from left to right: ${made.map(({ caption }) => caption).join('; ')}\n`);
}

async function modelPanel(path: string, flags: SideBySideFlags, terminal: Terminal): Promise<MadePanel> {
  const { seed, count, truncation } = flags;
  const { engine, manifest } = await openModel(path, 'onnx', (message) => terminal.err.write(`warning: ${message}\n`));
  const cars = await drawSeeds(engine, seedsFrom(seed, count), truncation);
  await engine.dispose();
  const picture = grid(cars, engine.imageSize, flags, path);
  return { picture, caption: `${count} cars of ${manifest.version} from seed ${seed} on` };
}

async function dataPanel(path: string, flags: SideBySideFlags): Promise<MadePanel> {
  const { images, count: all, imageSize, provenance } = await readDataset(path);
  const count = Math.min(flags.count, all);
  const shown = Array.from({ length: count }, (_, at) => pictureOf(images, Math.floor((at * all) / count), imageSize));
  const picture = grid(Buffer.concat(shown.map(({ pixels }) => pixels)), imageSize, flags, path);
  return { picture, caption: `${count} of ${all} photographs of ${provenance?.source.name ?? basename(path)}` };
}

function grid(cars: Uint8Array, size: number, { count, cell }: SideBySideFlags, path: string): Picture {
  if (cell % size !== 0)
    throw new FreshcarError(
      'invalid-input',
      `What ${path} shows is ${size} pixels wide, of which ${cell} is no multiple; give another --cell.`,
    );
  return sheet(cars, size, { columns: Math.ceil(Math.sqrt(count)), scale: cell / size, gap });
}

/** As high as the other panels. */
async function picturePanel(path: string, height: number): Promise<MadePanel> {
  try {
    const resized = sharp(path).flatten({ background: 'white' }).toColourspace('srgb').resize({ height });
    const { data, info } = await resized.raw().toBuffer({ resolveWithObject: true });
    return { picture: { pixels: data, width: info.width, height: info.height }, caption: basename(path) };
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read ${path} as a picture: ${reasonOf(cause)}.`, { cause });
  }
}

import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { walk } from '../../model/dataset/sources/folder-source.ts';
import { drawPhotographs } from './drawn-photographs.ts';
import { runPeer } from './peers.ts';
import { type Benchmark, type Contender, compare } from './samples.ts';

const run = promisify(execFile);

/** Folders of JPEG, and how many images they are repeated to, so that starting up hardly counts. */
const sets = [
  { name: 'stanford-cars-64', width: 64, height: 64, drawn: 256, pictures: 40_000 },
  { name: 'stanford-cars-original', width: 700, height: 480, drawn: 32, pictures: 6000 },
];
const size = 32;
const rounds = 5;

/**
 * Images a second from folder to `.npy`, whole programs from start to end, at 32x32. The folders are below FRESHCAR_DATASETS;
 * without it they are drawn.
 */
export const packingBenchmark: Benchmark = async function* ({ peers }) {
  const datasets = process.env.FRESHCAR_DATASETS;
  for (const { name, width, height, drawn, pictures } of sets) {
    const work = await mkdtemp(join(tmpdir(), 'freshcar-bench-'));
    try {
      const source =
        datasets === undefined
          ? await drawPhotographs(join(work, 'drawn'), drawn, { width, height })
          : join(datasets, name);
      const folder = await repeated(source, pictures, join(work, 'pictures'));
      const out = join(work, 'cars.npy');
      const contender = (title: string, pack: () => Promise<unknown>): Contender => ({
        name: title,
        run: async () => {
          const start = performance.now();
          await pack();
          return (1000 * pictures) / (performance.now() - start);
        },
      });
      const args = ['dataset', 'prepare', folder, '--layout', 'folder', '--out', out, '--size', `${size}`];
      const own = contender('freshcar', () =>
        run(process.execPath, [resolve('dist/freshcar.js'), ...args], { maxBuffer: 1 << 26 }),
      );
      const pillow = (title: string, ...flags: string[]) =>
        peers ? [contender(title, () => runPeer(peers, 'packing.py', [folder, out, `${size}`, ...flags]))] : [];
      const others = [...pillow('Pillow'), ...pillow('Pillow with draft', 'draft')];
      const title = datasets === undefined ? `drawn ones of ${width}x${height}` : `of ${name}`;
      yield await compare(`${pictures} ${title}`, 'images/s', [own, ...others], rounds);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
};

/** A folder of `count` pictures that are those of `source` over and over, as links: hard ones where they can be made. */
async function repeated(source: string, count: number, folder: string): Promise<string> {
  await mkdir(folder);
  const { files } = await walk(source);
  for (let index = 0; index < count; index++) {
    const original = join(source, files[index % files.length] ?? '');
    const name = join(folder, `${String(index).padStart(6, '0')}.jpg`);
    await link(original, name).catch(() => symlink(original, name));
  }
  return folder;
}

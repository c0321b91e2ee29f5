import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { walk } from '../../model/dataset/sources/folder-source.ts';
import { type Benchmark, type Contender, compare } from './samples.ts';

const run = promisify(execFile);

/** Folders of JPEG beside the project, and how many pictures they are repeated to, so that starting up hardly counts. */
const sets = [
  { name: 'stanford-cars-64', pictures: 40_000 },
  { name: 'stanford-cars-original', pictures: 6000 },
];
const size = 32;
const rounds = 5;

/** Pictures a second from folder to `.npy`, whole programs from start to end, at 32x32. */
export const packingBenchmark: Benchmark = async function* ({ peers }) {
  const datasets = process.env.FRESHCAR_DATASETS ?? resolve('../shared/datasets');
  for (const { name, pictures } of sets) {
    const work = await mkdtemp(join(tmpdir(), 'freshcar-bench-'));
    try {
      const folder = await repeated(join(datasets, name), pictures, join(work, 'pictures'));
      const out = join(work, 'cars.npy');
      const contender = (title: string, program: string, args: readonly string[]): Contender => ({
        name: title,
        run: async () => {
          const start = performance.now();
          await run(program, args, { maxBuffer: 1 << 26 });
          return (1000 * pictures) / (performance.now() - start);
        },
      });
      const own = contender('freshcar', process.execPath, [
        ...[resolve('dist/freshcar.js'), 'dataset', 'prepare', folder, '--layout', 'folder'],
        ...['--out', out, '--size', `${size}`],
      ]);
      const script = [resolve('test/bench/packing.py'), folder, out, `${size}`];
      const pillow = peers ? [contender('Pillow', peers, script)] : [];
      const draft = peers ? [contender('Pillow with draft', peers, [...script, 'draft'])] : [];
      yield await compare(`${pictures} of ${name}`, 'pictures/s', [own, ...pillow, ...draft], rounds);
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

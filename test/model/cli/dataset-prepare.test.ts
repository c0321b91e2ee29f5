import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../../model/cli/program.ts';
import { readDataset } from '../../../model/dataset/read-dataset.ts';
import { sha256 } from '../../../model/files.ts';
import { folderOf, newFolder, plain, wavy } from '../../support/pictures.ts';

/** Runs the command in this process, on a terminal whose clock goes on a second at each look. */
async function prepare(args: readonly string[], isTTY = false) {
  const written = { out: '', err: '' };
  let time = 0;
  const code = await runProgram(['dataset', 'prepare', ...args], {
    out: { write: (text) => (written.out += text) },
    err: { write: (text) => (written.err += text), isTTY },
    now: () => (time += 1000),
    interruption: () => new AbortController().signal,
  });
  return { code, ...written };
}

async function photographs(count: number, more: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const jpegs = await Promise.all([1, 2, 3].map((seed) => wavy(seed, 64).jpeg().toBuffer()));
  const files = Array.from({ length: count }, (_, at) => [`photo-${at}.jpg`, jpegs[at % 3] ?? ''] as const);
  return folderOf({ ...Object.fromEntries(files), ...more });
}

describe('freshcar dataset prepare', () => {
  it('packs a folder, and says how many pictures are where', async () => {
    const out = path.join(await newFolder(), 'cars.npy');
    expect(await prepare([await photographs(5), '--out', out])).toMatchObject({
      code: 0,
      out: `5 pictures in ${out}\n`,
    });
    expect(await readDataset(out)).toMatchObject({ count: 5, imageSize: 32 });
  });

  it('says what it left out, and where that is listed', async () => {
    const out = path.join(await newFolder(), 'cars.npy');
    const folder = await photographs(5, { 'a.jpg': '' });
    const { out: said, err } = await prepare([folder, '--out', out, '--drop-duplicates', 'exact']);
    const json = out.replace('.npy', '.json');
    expect(said).toBe(
      `3 of 6 pictures in ${out}; left out: 1 that could not be read and 2 duplicates, listed in ${json}\n`,
    );
    expect(err).toContain('Left out a.jpg: the file is empty\n');
  });

  it('adds up: what it found is packed or left out, and other files are named as passed over', async () => {
    const out = path.join(await newFolder(), 'cars.npy');
    const jpeg = await wavy(9, 64).jpeg().toBuffer();
    const folder = await photographs(3, {
      'a.jfif': jpeg,
      'no-ending': jpeg,
      'b.heic': 'x',
      'notes.txt': 'x',
      'x\u001b[31m.txt': '',
    });
    const { out: said, err } = await prepare([folder, '--out', out]);
    expect(said).toMatch(/^5 of 6 pictures in .*; left out: 1 that could not be read, listed in /);
    expect(err).toContain('6 of 6 pictures');
    expect(err).toContain('Passed over 2 other files: notes.txt, x\\u{1b}[31m.txt\n');
    expect((await readDataset(out)).provenance?.pictures).toEqual([
      'a.jfif',
      'no-ending',
      'photo-0.jpg',
      'photo-1.jpg',
      'photo-2.jpg',
    ]);
  });

  it('says how many were squeezed, how to keep their shape, and which sizes training takes', async () => {
    const folder = await folderOf({
      'wide.jpg': await wavy(1, 90, 60).jpeg().toBuffer(),
      'square.jpg': await wavy(2, 60).jpeg().toBuffer(),
    });
    const args = (name: string) => [folder, '--out', path.join(folder, name)];
    const { err } = await prepare([...args('cars.npy'), '--size', '48']);
    expect(err).toContain('1 of 2 pictures were no squares and have been squeezed into one; --crop center keeps');
    expect(err).toContain('freshcar train takes 32, 64, 128 pixels, not 48');
    expect((await prepare([...args('more.npy'), '--crop', 'center'])).err).not.toMatch(/squeezed|takes/);
  });

  it.each(['.json', '.png', '.npy'])('never takes the place of a %s that is not its own', async (ending) => {
    const folder = await photographs(2, {
      [`cars${ending}`]: ending === '.json' ? '{"labels":[1,2]}' : await wavy(4, 64).png().toBuffer(),
    });
    const before = await readFile(path.join(folder, `cars${ending}`));
    const { code, err } = await prepare([folder, '--out', path.join(folder, 'cars.npy')]);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining(`cars${ending} is there already and no file of freshcar`),
    });
    expect(await readFile(path.join(folder, `cars${ending}`))).toEqual(before);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('packs again into its own files, and does not take their contact sheet for a photograph', async () => {
    const folder = await photographs(2);
    const again = () => prepare([folder, '--out', path.join(folder, 'cars.npy')]);
    expect((await again()).out).toMatch(/^2 pictures/);
    expect((await again()).out).toMatch(/^2 pictures/);
    // A photograph in the sheet's place is one.
    await writeFile(path.join(folder, 'cars.png'), await wavy(4, 64).png().toBuffer());
    expect((await again()).err).toContain('cars.png is there already');
    expect((await prepare([folder, '--out', path.join(folder, 'more.npy')])).out).toMatch(/^3 pictures/);
  });

  it('leaves out what another packed file holds', async () => {
    const [held, out] = [path.join(await newFolder(), 'held.npy'), path.join(await newFolder(), 'cars.npy')];
    const photos = await photographs(3);
    await prepare([photos, '--out', held]);
    expect(await prepare([photos, '--out', out, '--without', held])).toMatchObject({
      code: 2,
      err: expect.stringContaining('are left out as duplicates'),
    });
    const [known, other] = await Promise.all([1, 12].map((seed) => wavy(seed, 80).jpeg().toBuffer()));
    const more = await folderOf({ 'known.jpg': known ?? '', 'other.jpg': other ?? '' });
    const { code, out: said } = await prepare([more, '--out', out, '--without', held]);
    expect({ code, said }).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^1 of 2 pictures in .*; left out: 1 dup/),
    });
    const { duplicates } = JSON.parse(await readFile(out.replace('.npy', '.json'), 'utf8'));
    expect(duplicates[0].of).toMatch(/^held\.npy, picture \d$/);
  });

  it('does not tell of a hundred unreadable pictures one by one', async () => {
    const empty = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`empty-${at}.jpg`, '']));
    const { code, err } = await prepare([
      await photographs(1, empty),
      '--out',
      path.join(await newFolder(), 'cars.npy'),
    ]);
    expect(code).toBe(0);
    expect(err.match(/Left out/g)).toHaveLength(20);
    expect(err.match(/More cannot be read/g)).toHaveLength(1);
  });

  it('draws a bar with the time left on a terminal, and plain lines elsewhere', async () => {
    const folder = await photographs(60);
    const args = [folder, '--threads', '1', '--out', path.join(await newFolder(), 'cars.npy')];
    const drawn = (await prepare(args, true)).err.split('\r\u001b[K');
    expect(drawn.length).toBeGreaterThan(2);
    for (const bar of drawn.slice(1, -1))
      expect(bar).toMatch(/^█+░* \d+\.\d% {2}\d+ of 60 pictures, \d+ pictures\/s, \d+s left$/);
    expect(drawn.at(-1)).toMatch(/^█{24} 100\.0% {2}60 of 60 pictures, .* 0s left\n$/);
    const lines = (await prepare(args)).err;
    expect(lines).toMatch(/^(\d+ of 60 pictures, \d+ pictures\/s, \d+s left\n)+$/);
  });

  it.each([
    [['--crop', 'middle'], "option '--crop <part>' argument 'middle' is invalid. A crop is none, center, box or"],
    [['--crop', 'box'], '--crop box: a source of layout folder knows no boxes. Try center.'],
    [['--max-unreadable', '5%%'], 'A limit is a number of pictures (50) or a share (5%), not "5%%".'],
    [['--drop-duplicates', 'all'], 'Allowed choices are exact, near.'],
    [['--only', 'red'], '--only cannot be used here'],
    [['--size', '4'], 'It must be a whole number from 8 to 1024.'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await prepare([await photographs(1), '--out', '/nowhere/cars.npy', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('stops at the limit of unreadable pictures with a sentence', async () => {
    const folder = await photographs(3, { 'a.jpg': '', 'b.jpg': 'text' });
    const out = await newFolder();
    const { code, err } = await prepare([folder, '--out', path.join(out, 'cars.npy'), '--max-unreadable', '20%']);
    expect(code).toBe(2);
    expect(err).toContain('Of 5 pictures 2 could not be read so far');
    expect(await readdir(out)).toEqual([]);
  });
});

describe('the built program', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['infra/build/build.mjs', 'freshcar']);
  });

  /** @param fileBlocks The largest file that it can write, in blocks of 512 or 1024 bytes, whichever the shell counts in. */
  function start(args: readonly string[], fileBlocks?: number) {
    const command = [process.execPath, 'dist/freshcar.js', 'dataset', 'prepare', ...args];
    const limited = ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
    const [program = '', ...rest] = fileBlocks === undefined ? command : limited;
    const child = spawn(program, rest);
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output.text += data));
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, output };
  }

  /** Resolves when the first batch of pictures is behind it, with many more to come. */
  async function underWay(child: ChildProcess, output: { text: string }): Promise<void> {
    while (!output.text.includes('Left out a.jpg')) {
      if (child.exitCode !== null) throw new Error(`It ended too early: ${output.text}`);
      await Promise.race([once(child.stderr as NodeJS.EventEmitter, 'data'), once(child, 'exit')]);
    }
  }

  it('gives the same bytes by several threads as the sources do by one', async () => {
    const folder = await photographs(200, { 'broken.png': 'text' });
    const [one, three] = [path.join(await newFolder(), 'cars.npy'), path.join(await newFolder(), 'cars.npy')];
    await prepare([folder, '--out', one, '--threads', '1']);
    const { child, output } = start([folder, '--out', three, '--threads', '3']);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output.text).toContain('Left out broken.png: it is no JPEG, PNG or WebP inside');
    for (const ending of ['.npy', '.json', '.png'])
      expect(sha256(await readFile(three.replace('.npy', ending)))).toBe(
        sha256(await readFile(one.replace('.npy', ending))),
      );
  });

  it('leaves nothing on Ctrl-C', async () => {
    const out = await newFolder();
    const { child, output } = start([await photographs(4000, { 'a.jpg': '' }), '--out', path.join(out, 'cars.npy')]);
    await underWay(child, output);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(output.text).toContain('error: Stopped before it was done; nothing was written.');
    expect(await readdir(out)).toEqual([]);
  });

  it('leaves nothing that is taken for a dataset when it is killed, and works again after', async () => {
    const out = await newFolder();
    const npy = path.join(out, 'cars.npy');
    const folder = await photographs(4000, { 'a.jpg': '' });
    const { child, output } = start([folder, '--out', npy]);
    await underWay(child, output);
    child.kill('SIGKILL');
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
    expect((await readdir(out)).filter((name) => !name.startsWith('.'))).toEqual([]);
    await expect(readDataset(npy)).rejects.toMatchObject({ code: 'not-found' });
    const again = start([folder, '--out', npy]);
    expect(await once(again.child, 'close')).toEqual([0, null]);
    expect((await readDataset(npy)).count).toBe(4000);
  });

  it.skipIf(process.platform === 'win32')(
    'leaves the dataset that was there on a disk that is full for what goes beside the new one (skipped on Windows)',
    async () => {
      const folder = await newFolder();
      const npy = path.join(folder, 'cars.npy');
      await prepare([await photographs(5), '--out', npy]);
      const files = ['cars.json', 'cars.npy', 'cars.png'];
      const contents = () => Promise.all(files.map(async (name) => sha256(await readFile(path.join(folder, name)))));
      const before = await contents();
      // Three pictures fit under the limit, the list of all that are the same as those does not. To a program a limit to the
      // size of files is what a full disk is.
      const photos = await photographs(600);
      const { child, output } = start([photos, '--out', npy, '--drop-duplicates', 'exact', '--size', '16'], 32);
      expect(await once(child, 'close')).toEqual([1, null]);
      expect(output.text).toMatch(
        /error: Could not write .+cars\.json: the file would be larger than it may be here\.\n/,
      );
      expect(await contents()).toEqual(before);
      expect((await readdir(folder)).sort()).toEqual(files);
    },
  );

  it('packs pictures that only sharp reads by threads too', async () => {
    const files = await Promise.all([plain('red').png().toBuffer(), plain('blue').webp({ lossless: true }).toBuffer()]);
    const folder = await folderOf(Object.fromEntries(files.map((file, at) => [`${at}.${at ? 'webp' : 'png'}`, file])));
    const npy = path.join(await newFolder(), 'cars.npy');
    const { child } = start([folder, '--out', npy, '--threads', '2', '--size', '8']);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect([...(await readDataset(npy)).images]).toEqual(
      [...Array(64).fill([255, 0, 0]), ...Array(64).fill([0, 0, 255])].flat(),
    );
  });
});

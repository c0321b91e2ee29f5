import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { runProgram } from '../../../model/cli/program.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

it('writes a loop through several cars, each at its place and the first not twice', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  const silent = { write: () => undefined };
  const terminal = { out: silent, err: silent, now: () => 0, interruption: () => AbortSignal.abort() };
  const at = ['--model', bundle, '--scale', '1'];
  const walk = async (name: string, ...more: string[]) => {
    const out = path.join(folder, name);
    expect(await runProgram(['morph', ...at, '--delay', '50', '--out', out, ...more], terminal)).toBe(0);
    return frameData(await readFile(out));
  };
  const loop = await walk('loop.png', '--from', '3', '--via', '5', '--to', '9', '--loop', '--frames', '6');
  expect(loop).toHaveLength(6);
  // Three parts of two frames each: a car, and half of the way to the next one.
  const parts = await Promise.all(
    [
      ['3', '5'],
      ['5', '9'],
      ['9', '3'],
    ].map(([from = '', to = '']) => walk(`${from}.png`, '--from', from, '--to', to, '--frames', '3')),
  );
  expect(loop).toEqual(parts.flatMap((part) => part.slice(0, 2)));
});

/** The packed pixels of each frame of an animated PNG: IDAT, then fdAT without its number. */
function frameData(file: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const [kind, data] = [file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length)];
    if (kind === 'fcTL') frames.push('');
    if (kind === 'IDAT') frames[frames.length - 1] += data.toString('base64');
    if (kind === 'fdAT') frames[frames.length - 1] += data.subarray(4).toString('base64');
    at += 12 + length;
  }
  return frames;
}

it('writes a walk that begins with the car of `freshcar sample`', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  const silent = { write: () => undefined };
  const terminal = { out: silent, err: silent, now: () => 0, interruption: () => AbortSignal.abort() };
  const morph = path.join(folder, 'morph.png');
  const at = ['--model', bundle, '--scale', '2'];
  expect(
    await runProgram(['morph', ...at, '--from', '3', '--to', '9', '--frames', '4', '--out', morph], terminal),
  ).toBe(0);
  await runProgram(['sample', ...at, '--seed', '3', '--count', '1', '--out', folder], terminal);
  const bytes = await readFile(morph);
  const car = PNG.sync.read(await readFile(path.join(folder, '3.png')));
  expect(PNG.sync.read(bytes).data.equals(car.data)).toBe(true);
  expect(bytes.toString('latin1').split('fcTL')).toHaveLength(5);
});

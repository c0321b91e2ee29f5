import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { runProgram } from '../../../model/cli/program.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

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

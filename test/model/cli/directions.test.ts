import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import { verifyFile } from '../../../model/bundle/read.ts';
import { runProgram } from '../../../model/cli/program.ts';
import { directionsSchema } from '../../../model/directions/directions.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/** Runs a command; what it printed is in `text`. */
async function run(...args: string[]) {
  const printed = { text: '' };
  const stream = {
    isTTY: false,
    write(text: string) {
      printed.text += text;
      return true;
    },
  };
  const terminal = { out: stream, err: stream } as unknown as Parameters<typeof runProgram>[1];
  return { code: await runProgram(args, terminal), ...printed };
}

it('puts directions into a bundle, which its manifest lists and `freshcar sample` goes by', async () => {
  const folder = await temporaryFolder();
  const bundle = await writeRealBundle(folder, 'noise');
  const dry = await run('directions', bundle, '--cars', '1500', '--measure', '50', '--dry-run');
  expect(dry.text).toContain('What one step changes');
  const before = manifestSchema.parse(JSON.parse(await readFile(path.join(bundle, 'manifest.json'), 'utf8')));
  expect(before.files['directions.json']).toBeUndefined();
  expect((await run('directions', bundle, '--cars', '1500', '--measure', '50')).code).toBe(0);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(bundle, 'manifest.json'), 'utf8')));
  const entry = manifest.files['directions.json'];
  const bytes = await readFile(path.join(bundle, 'directions.json'));
  if (!entry) throw new Error('It is not listed.');
  verifyFile(bytes, entry, 'directions.json');
  const [first] = directionsSchema.parse(JSON.parse(bytes.toString())).directions;
  const draw = async (...change: string[]) => {
    const sheet = path.join(folder, `${change.length}.png`);
    const { code, text } = await run('sample', '--model', bundle, '--count', '1', '--sheet', sheet, ...change);
    expect([code, text.includes('error')]).toEqual([0, false]);
    return readFile(sheet);
  };
  expect((await draw()).equals(await draw('--change', `${first?.name}=2`))).toBe(false);
  expect((await run('sample', '--change', 'wings=1', '--sheet', 'x.png')).code).toBe(2);
}, 120_000);

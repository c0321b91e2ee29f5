import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { openPeers, runPeer } from './peers.ts';

/** A program that is started as Python is, and answers as `body` says. */
async function standIn(body: string): Promise<string> {
  const path = join(await temporaryFolder(), 'python');
  await writeFile(path, `#!${process.execPath}\n${body}`);
  await chmod(path, 0o755);
  return path;
}

const howTo =
  /python3 -m venv \S+ && \S+pip install -r test\/bench\/peers\/requirements\.txt; then --peers \S+python\.$/;

describe('the peers', () => {
  it('are there when their Python finds all that the benchmarks need', async () => {
    const python = await standIn("console.log(process.argv[2] === '-c' ? '' : 'odd')");
    expect(await openPeers(python, ['training'])).toEqual({ python, folder: join(process.cwd(), 'test/bench/peers') });
  });

  it('are missing by name, and how to have them is said', async () => {
    const python = await standIn(
      "console.log(process.argv.slice(4).filter((name) => name !== 'tensorflow').join(' '))",
    );
    const refused = openPeers(python, ['training']);
    await expect(refused).rejects.toThrow(`${python} lacks keras, torch. `);
    await expect(refused).rejects.toThrow(howTo);
    await expect(openPeers(python, ['packing'])).rejects.toThrow(`${python} lacks numpy, PIL. `);
  });

  it('are refused a program that is no Python, and one that is not there', async () => {
    const odd = await standIn("console.error('Usage: odd\\nodd: no such option.'); process.exit(2);");
    await expect(openPeers(odd, ['training'])).rejects.toThrow(
      `${odd} does not work as Python (odd: no such option); `,
    );
    const refused = openPeers('/nowhere/python', ['training']);
    await expect(refused).rejects.toThrow(/^\/nowhere\/python is no program here; /);
    await expect(refused).rejects.toThrow(howTo);
  });

  it('say the last of what a program of theirs complained of', async () => {
    const python = await standIn("console.error('Traceback\\nImportError: libc10.so'); process.exit(1);");
    const failing = runPeer({ python, folder: '.' }, 'train_torch.py', []);
    await expect(failing).rejects.toThrow('The peer train_torch.py does not run: ImportError: libc10.so. ');
  });
});

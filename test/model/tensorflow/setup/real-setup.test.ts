import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageLibrary } from '../../../../model/tensorflow/setup/library.ts';
import { thisMachine } from '../../../../model/tensorflow/setup/machine.ts';
import { setupTensorflow } from '../../../../model/tensorflow/setup/setup.ts';
import { tensorflowWheel } from '../../../../model/tensorflow/setup/wheel.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import zipfile'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const pythonHere = hasPython();
const title = (name: string, runs: boolean, reason: string) => (runs ? name : `${name} (skipped: ${reason})`);

describe.skipIf(!pythonHere)(title('a real wheel, a zip file', pythonHere, 'there is no python3'), () => {
  it('gives up its library and the headers wanted of it, in the places where tfjs-node looks', async () => {
    const folder = await temporaryFolder();
    const wheel = join(folder, 'library.whl');
    const names = [
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tensorflow/include/tensorflow/c/c_api.h',
      'tensorflow/include/unwanted/a.h',
      'tensorflow/python/unwanted.py',
    ];
    const program =
      'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z: [z.writestr(n, n) for n in sys.argv[2:]]';
    execFileSync('python3', ['-c', program, wheel, ...names]);
    await mkdir(join(folder, 'package'));
    const setting = { root: folder, env: process.env, report: () => undefined };
    await stageLibrary(setting, { path: wheel, sha256: 'known' }, join(folder, 'package'));
    const read = (name: string) => readFile(join(folder, 'package/deps', name), 'utf8');
    expect(await read('lib/libtensorflow.so.2.9.1')).toBe('tensorflow/libtensorflow_cc.so.2');
    for (const link of ['libtensorflow.so', 'libtensorflow_cc.so.2'])
      expect(await read(`lib/${link}`)).toBe('tensorflow/libtensorflow_cc.so.2');
    expect(await read('lib/libtensorflow_framework.so')).toBe('tensorflow/libtensorflow_framework.so.2');
    expect(await read('include/tensorflow/c/c_api.h')).toBe('tensorflow/include/tensorflow/c/c_api.h');
    await expect(read('include/unwanted/a.h')).rejects.toThrow('ENOENT');
    expect(await read('wheel.sha256')).toBe('known');
  });
});

describe('this machine', () => {
  it('is told as Node knows it, with the version of its C library where that is the GNU one', () => {
    const { platform, arch, glibc } = thisMachine();
    expect([platform, arch]).toEqual([process.platform, process.arch]);
    expect(glibc === undefined || /^2\.\d+$/.test(glibc)).toBe(true);
  });
});

const asked = process.env.FRESHCAR_TEST_SETUP === '1';
const wholeSetup = title('the whole setup', asked, 'it fetches 200 MB; FRESHCAR_TEST_SETUP=1 runs it');
describe.skipIf(!asked)(wholeSetup, () => {
  it('makes a copy of the project compute natively, from an empty node_modules on', { timeout: 600_000 }, async () => {
    const root = await temporaryFolder();
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) await cp(file, join(root, file));
    const check = join(root, 'check.cjs');
    await writeFile(
      check,
      `Object.assign(require('node:util'), { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
       const tf = require('@tensorflow/tfjs-node');
       process.exit(tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0] === 31 ? 0 : 1);`,
    );
    const reported: string[] = [];
    const options = {
      root,
      env: process.env,
      report: (line: string) => reported.push(line),
      machine: thisMachine(),
      wheel: tensorflowWheel,
      proof: [check],
    };
    await mkdir(join(root, 'node_modules'));
    await setupTensorflow(options);
    expect(reported.at(-1)).toBe("Done: TensorFlow's native library works.");
    await setupTensorflow(options);
    expect(reported.at(-1)).toBe("TensorFlow's native library works already; nothing to do.");
  });
});

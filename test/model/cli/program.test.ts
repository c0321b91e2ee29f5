import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram, runProgram } from '../../../model/cli/program.ts';
import type { Terminal } from '../../../model/terminal.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { freshcar, silentTerminal } from '../../support/command-line.ts';
import { importsOf } from '../../support/imports.ts';

/** The words that reach every command that does something. */
function pathsOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  return command.commands.flatMap((below) => pathsOf(below, [...path, below.name()]));
}

const paths = pathsOf(createProgram(silentTerminal));

describe('the help', () => {
  it('lists every command with what it does', async () => {
    const { code, out, err } = await freshcar(['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const command of createProgram(silentTerminal).commands) {
      expect(command.description()).not.toBe('');
      expect(out).toMatch(new RegExp(`^  ${command.name()}\\b`, 'm'));
    }
    for (const name of ['dataset', 'train', 'sample', 'export']) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(paths.map((path) => [path.join(' '), path] as const))('of %s gives examples of it', async (name, path) => {
    const { code, out } = await freshcar([...path, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: freshcar ${name} `);
    expect(out).toMatch(new RegExp(`Examples:\\n  \\$ freshcar ${name} `));
  });

  it.each(paths.map((path) => [path.join(' '), path] as const))('of %s explains each option', (_, path) => {
    const command = path.reduce(
      (at, name) => at.commands.find((below) => below.name() === name) ?? expect.fail(name),
      createProgram(silentTerminal),
    );
    for (const { long, description } of command.options) expect(description, long).toBeTruthy();
  });
});

describe('a command', () => {
  it('imports no more before it runs than the parsers of its options', async () => {
    const { ever, atOnce } = await importsOf('model/cli/freshcar.ts');
    expect(ever).toContain('@tensorflow/tfjs-core');
    const packages = atOnce.filter((path) => !path.startsWith('unused/') && !path.startsWith('node:'));
    expect([...new Set(packages)].sort()).toEqual(['commander', 'zod']);
  });
});

describe('an exit code', () => {
  it('of 0 says that it is done', async () => {
    expect(await freshcar(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
  });

  it('of 1 says that it failed', async () => {
    const { code, out, err } = await freshcar(['sample', '--model', '/nowhere', '--sheet', '/nowhere/sheet.png']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^error: No model in \/nowhere: .+\.\n$/);
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['paint']],
    ['an unknown option', ['sample', '--out', 'cars', '--colour', 'red']],
    ['an unknown option of the program', ['--loud', 'sample']],
    ['a required option that is missing', ['train', '--out', 'runs/first']],
    ['an option without its value', ['export', 'runs/first', '--out']],
    ['too many arguments', ['export', 'one', 'two', '--out', 'bundle']],
    ['a value that is no number', ['sample', '--out', 'cars', '--count', 'many']],
  ])('of 2 says that %s was asked for, with a word on help', async (_, args) => {
    const { code, out, err } = await freshcar(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/--help|^Usage: freshcar/);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('a failure', () => {
  it('is one sentence; with --debug, wherever it stands, its stack comes too', async () => {
    const args = ['sample', '--model', '/nowhere', '--out', '/nowhere/cars'];
    expect((await freshcar(args)).err).not.toMatch(/^\s+at /m);
    for (const debugging of [
      ['--debug', ...args],
      [...args, '--debug'],
    ]) {
      const { code, err } = await freshcar(debugging);
      expect(code).toBe(1);
      expect(err).toMatch(/No model in \/nowhere/);
      expect(err).toMatch(/^\s+at .*folder\.ts/m);
    }
  });

  it('names its causes with --debug', async () => {
    const { err } = await freshcar(['train', '--data', '/nowhere.npy', '--out', '/nowhere/run', '--debug']);
    expect(err).toMatch(/\ncaused by: Error: ENOENT/);
  });

  it('that nobody foresaw says so, and exits with 1', async () => {
    let err = '';
    const terminal: Terminal = {
      ...silentTerminal,
      out: {
        write: () => {
          throw new Error('the pipe is gone');
        },
      },
      err: { write: (text) => (err += text) },
    };
    expect(await runProgram(['--version'], terminal)).toBe(1);
    expect(err).toBe('error: the pipe is gone (unexpected; --debug shows where)\n');
  });
});

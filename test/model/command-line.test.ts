import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { commandLine, quoted } from '../../model/command-line.ts';

it('leaves plain words plain and quotes the others', () => {
  expect(commandLine(['export', 'runs/my first', '--step', '200'])).toBe(
    "npx freshcar export 'runs/my first' --step 200",
  );
});

it.runIf(process.platform !== 'win32')('quotes what a shell then takes for the same word', () => {
  for (const word of ["it's", '$HOME', 'a b', '', '"', 'x;y', '*', 'ü'])
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`]).toString()).toBe(word);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../infra/context.ts';
import { tables } from '../infra/costs/costs-table.ts';
import { bulkRequestSchema } from '../model/bulk/plan.ts';
import { createProgram } from '../model/cli/program.ts';
import packageJson from '../package.json' with { type: 'json' };
import { silentTerminal } from './support/command-line.ts';
import { argumentsOf, blocksOf, commandsOf } from './support/docs.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'model/pretrained/RECIPES.md',
  'model/evaluation/features/card.md',
  ...readdirSync('model/pretrained/models', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `model/pretrained/models/${name}/card.md`),
  ...readdirSync('docs').map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));
const textOf = (page: string) => readFileSync(page, 'utf8');

const commands = pages.flatMap((page) => commandsOf(page).map((command) => ({ page, command })));
const starting = (prefix: string) => commands.filter(({ command }) => command.startsWith(prefix));
/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** The command line with nothing behind it: arguments are checked, and nothing is done. */
function idleProgram(): Command {
  const program = createProgram(silentTerminal);
  const idle = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => undefined);
    for (const below of command.commands) idle(below);
  };
  idle(program);
  return program;
}

/** Every folder with a file right inside it, down to three levels; deeper ones belong to the folder above them. */
function folders(): string[] {
  const entries = ['docs', 'infra', 'functions', 'model', 'test'].flatMap((top) =>
    readdirSync(top, { recursive: true, withFileTypes: true }),
  );
  const files = entries.filter((entry) => entry.isFile());
  const all = files.map(({ parentPath }) => parentPath.replaceAll(path.sep, '/'));
  const mirrored = /^test\/(infra|functions|model)(\/|$)/;
  return [...new Set(all)].filter((folder) => folder.split('/').length <= 3 && !mirrored.test(folder)).sort();
}

describe('every page', () => {
  it.each(pages)('%s leads to files and headings that are there', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
    const broken = links
      .filter((link) => !/^\w+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page : path.join(path.dirname(page), file);
        if (!existsSync(target)) return true;
        if (anchor === undefined) return false;
        const headings = [...textOf(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));
        return !headings.includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const scripts = pages.flatMap((page) =>
      [...textOf(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });

  it.each(starting('npx freshcar'))('$page: "$command" is understood by the command line', async ({ command }) => {
    const [, , ...args] = argumentsOf(command);
    await expect(idleProgram().parseAsync(args, { from: 'user' })).resolves.toBeDefined();
  });

  it.each(starting('npx cdk deploy'))('$page: "$command" chooses what may be chosen', ({ command }) => {
    const pairs = [...command.matchAll(/-c (\S+?)=(\S+)/g)].map(([, key, value]) => [key, value]);
    const context = Object.fromEntries(pairs);
    expect(readSettings(context)).toMatchObject(pairs.length > 0 ? { [pairs[0]?.[0] ?? '']: expect.anything() } : {});
  });

  it('has JSON that can be read', () => {
    const texts = pages.flatMap((page) => blocksOf(page, 'json'));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(() => JSON.parse(text), text).not.toThrow();
  });
});

describe('the docs', () => {
  it('give every folder one line, and list none that is not there', () => {
    const architecture = textOf('docs/architecture.md');
    const listed = [...architecture.matchAll(/^\| `([\w./-]+)\/` \|/gm)].map(([, folder]) => folder ?? '');
    // A folder of fixtures is explained by the one above it.
    const explained = (folder: string) =>
      listed.includes(folder) || (folder.startsWith('test/fixtures/') && listed.includes('test/fixtures'));
    expect(folders().filter((folder) => !explained(folder))).toEqual([]);
    expect(listed.filter((folder) => !existsSync(folder))).toEqual([]);
  });

  it('hold the tables that npm run costs prints', () => {
    expect(textOf('docs/costs.md')).toContain(tables());
  });

  it('show an input of a bulk generation that can be used', () => {
    const [example = ''] = blocksOf('docs/bulk.md', 'json');
    const { destination, ...request } = JSON.parse(example);
    expect(destination).toMatch(/\/$/);
    expect(bulkRequestSchema.parse(request).count).toBe(1_000_000);
  });

  it('are all named in the README', () => {
    const named = readdirSync('docs').filter((name) => textOf('README.md').includes(`(docs/${name})`));
    expect(named).toEqual(readdirSync('docs'));
  });

  it('explain the words in the order of the alphabet', () => {
    const words = [...textOf('docs/glossary.md').matchAll(/^\| ([^|]+?) \|/gm)].map(([, word]) => word ?? '').slice(2);
    expect(words.length).toBeGreaterThan(30);
    expect(words).toEqual([...words].sort((a, b) => a.localeCompare(b, 'en')));
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tables } from '../infra/costs/costs-table.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const packageJson = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Every folder with a file right inside it, down to three levels; deeper ones belong to the folder above them. */
function folders(): string[] {
  const entries = ['infra', 'functions', 'model', 'test'].flatMap((top) =>
    readdirSync(path.join(root, top), { recursive: true, withFileTypes: true }),
  );
  const files = entries.filter((entry) => entry.isFile());
  const all = files.map(({ parentPath }) => path.relative(root, parentPath).replaceAll(path.sep, '/'));
  const mirrored = /^test\/(infra|functions|model)(\/|$)/;
  return [...new Set(all)].filter((folder) => folder.split('/').length <= 3 && !mirrored.test(folder)).sort();
}

const listed = [...readme.matchAll(/^\| `([\w./-]+)\/` \|/gm)].map(([, folder]) => folder ?? '');

describe('the README', () => {
  it('gives every folder one line', () => {
    // A folder of fixtures is explained by the one above it.
    const explained = (folder: string) =>
      listed.includes(folder) || (folder.startsWith('test/fixtures/') && listed.includes('test/fixtures'));
    expect(folders().filter((folder) => !explained(folder))).toEqual([]);
  });

  it('lists no folder that is not there', () => {
    expect(listed.filter((folder) => !existsSync(path.join(root, folder)))).toEqual([]);
  });

  it('holds the tables that npm run costs prints', () => {
    expect(readme).toContain(tables());
  });

  it('leads to files that are there', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
    const own = links.filter((link) => !/^\w+:/.test(link));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((link) => !existsSync(path.join(root, link)))).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const scripts = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script ?? '');
    expect(scripts.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What stands in a page's fenced blocks of one language. */
export function blocksOf(page: string, language: string, root = '.'): string[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block ?? '');
}

/** The single commands of a page's shell blocks: continued lines joined, comments and `&&` taken apart. */
export function commandsOf(page: string, root = '.'): string[] {
  return blocksOf(page, 'sh', root)
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

export function argumentsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

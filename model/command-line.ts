/** A command of this program to copy into a shell: whatever is more than plain letters is quoted. */
export function commandLine(words: readonly string[]): string {
  return ['npx freshcar', ...words.map(quoted)].join(' ');
}

/** A word as a shell takes it for one: `runs/my first` as `'runs/my first'`. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { tarEnd, tarEntry } from '../../../model/bulk/tar.ts';

const files = [
  { name: '0000000042.png', content: Buffer.from('exactly five hundred and twelve bytes'.padEnd(512)) },
  { name: '0000000043.png', content: Buffer.from('less') },
  { name: 'empty', content: Buffer.alloc(0) },
];
const archive = Buffer.concat([...files.map(tarEntry), tarEnd]);

/** What a program makes of the archive on its standard input. */
function read(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { input: archive, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('a tar archive', () => {
  it('is listed and unpacked by tar', () => {
    expect(read('tar', '-tf', '-').trim().split('\n')).toEqual(files.map(({ name }) => name));
    for (const { name, content } of files) expect(read('tar', '-xOf', '-', name)).toBe(content.toString());
  });

  it('has the header that the standard lays down, sum and all', () => {
    expect(archive.toString('latin1', 0, 14)).toBe('0000000042.png');
    expect(archive.toString('latin1', 124, 136)).toBe('00000001000\0');
    expect(archive.toString('latin1', 257, 265)).toBe('ustar\x0000');
    const header = Buffer.from(archive.subarray(0, 512));
    const said = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.fill(' ', 148, 156);
    expect(said).toBe([...header].reduce((sum, byte) => sum + byte, 0));
    expect(archive.length).toBe(3 * 512 + 512 + 512 + 1024);
  });

  it('refuses a name that the header has no room for', () => {
    expect(() => tarEntry({ name: 'x'.repeat(101), content: Buffer.alloc(1) })).toThrow(RangeError);
  });
});

/**
 * A tar archive of some files, as POSIX.1-1988 (ustar) has it: for each a header of 512 bytes and its content, both in whole
 * blocks, and two empty blocks at the end. Owner, time and mode are the same for all, so that the same files give the same
 * bytes. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */

const block = 512;
/** The largest name and the largest file (8 GB) that the header has room for. */
const longestName = 100;
const largestFile = 0o77777777777;

export interface TarFile {
  /** ASCII, up to 100 characters. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** The bytes of one file in an archive. */
export function tarEntry({ name, content }: TarFile): Uint8Array {
  if (name.length > longestName || content.length > largestFile)
    throw new RangeError(`${name} with ${content.length} bytes does not fit into a tar archive.`);
  const entry = Buffer.alloc(block + Math.ceil(content.length / block) * block);
  const octal = (value: number, at: number, length: number) =>
    entry.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii');
  entry.write(name, 0, 'ascii');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  // The sum of the header's bytes counts itself as spaces.
  entry.write('        0', 148, 'ascii');
  entry.write('ustar\x0000', 257, 'latin1');
  const sum = entry.subarray(0, block).reduce((total, byte) => total + byte, 0);
  entry.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  entry.set(content, block);
  return entry;
}

/** What ends an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block);

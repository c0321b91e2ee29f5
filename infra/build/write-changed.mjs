import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file whole, unless it is there as it should be already: a build that is current writes nothing, so that it may lie where nothing
 * can be written. The names of temporary files differ from process to process, so that two builds at once do not write into each other's.
 *
 * @param {string} file
 * @param {Uint8Array | string} contents
 */
export async function writeChanged(file, contents) {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(Buffer.from(contents))) return;
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

/** Whether an error says that a place cannot be written, rather than that something is wrong with what was to be written. */
export function isUnwritable(error) {
  return ['EROFS', 'EACCES', 'EPERM'].includes(error?.code);
}

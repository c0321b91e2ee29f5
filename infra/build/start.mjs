/**
 * `npm start`: builds the server unless that is current, then is the server. One command and one process, so that a signal sent to npm can reach the
 * server: npm hands it to its shell alone. Most shells give way to a command that is the only one, fewer to the last of
 * several, and none while another is to come.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const args = process.argv.slice(2);

/** Goes on as `node FILE ARGS`. The workers that node:cluster starts take file and arguments from there too. */
async function become(file, ...itsArgs) {
  const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), file);
  process.argv.splice(1, Number.POSITIVE_INFINITY, program, ...itsArgs);
  return import(pathToFileURL(program));
}

const { unwritable } = await become('build.mjs');
if (unwritable && existsSync(new URL('../../dist/server.js', import.meta.url))) {
  console.error('Nothing can be written here, so the server is the one that was built last.');
  process.exitCode = 0;
}
// What is wrong with the sources was told.
if (!process.exitCode) await become('../../dist/server.js', ...args);

/**
 * `npm start`: builds the server, then is the server. One command and one process, so that a signal sent to npm can reach the
 * server: npm hands it to its shell alone. Most shells give way to a command that is the only one, fewer to the last of
 * several, and none while another is to come.
 */

import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const args = process.argv.slice(2);

/** Goes on as `node FILE ARGS`. The workers that node:cluster starts take file and arguments from there too. */
async function become(file, ...itsArgs) {
  const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), file);
  process.argv.splice(1, Number.POSITIVE_INFINITY, program, ...itsArgs);
  await import(pathToFileURL(program));
}

await become('build.mjs', 'server');
// What is wrong with the sources was told.
if (!process.exitCode) await become('../../dist/server.js', ...args);

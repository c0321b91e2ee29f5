import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ContextError, readSettings, type Settings } from '../context.ts';
import { tables } from './costs-table.ts';

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** What a deploy from this folder would be of: `cdk.json`, and over it the `-c KEY=VALUE` of this command. */
function chosen(): Settings {
  const { values } = parseArgs({ options: { context: { type: 'string', short: 'c', multiple: true, default: [] } } });
  const pairs = values.context.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const { context } = cdkSchema.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
  return readSettings({ ...context, ...Object.fromEntries(pairs) });
}

/** `npm run costs`, or with choices as for a deploy: `npm run costs -- -c throttleRate=10`. */
try {
  process.stdout.write(`${tables(chosen())}\n`);
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

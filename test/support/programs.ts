import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { invocation } from './lambda-events.ts';

/** The built programs as users run them: processes of their own. */

/** Where `npm run build` puts the programs. */
export const built = path.resolve('dist');

/** Builds what is named, `server` or `freshcar`, and the page. */
export async function buildPrograms(...names: string[]): Promise<void> {
  const code = await ending(spawn(process.execPath, ['infra/build/build.mjs', ...names], { stdio: 'inherit' }));
  if (code !== 0) throw new Error('The programs could not be built.');
}

export async function ending(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}

export interface RunningServer {
  readonly address: string;
  readonly child: ChildProcess;
  /** A line of its log that `wanted` takes: one that was there already, or the next one. */
  logged(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

/** Starts the local server on a free port; resolves when it says where it is. */
export async function startServer(model: string, environment: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const program = path.join(built, 'server.js');
  const child = spawn(process.execPath, [program, '--model', model, '--port', '0'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const log = createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line));
  });
  const logged: RunningServer['logged'] = async (wanted) => {
    for (;;) {
      const found = lines.find(wanted);
      if (found) return found;
      await once(log, 'line');
    }
  };
  for await (const line of createInterface(child.stdout)) {
    const address = /http:\/\/\S+/.exec(line)?.[0];
    if (address) return { address, child, logged };
  }
  throw new Error('The server ended before it said where it is.');
}

/** Loads the function's code as Lambda does, then answers one event a line, beside what it prints. */
const runner = `
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
const answers = createWriteStream('', { fd: 3 });
const { handler } = await import(process.env.HANDLER);
const context = { ...JSON.parse(process.env.INVOCATION), getRemainingTimeInMillis: () => 15000 };
for await (const line of createInterface(process.stdin))
  answers.write(JSON.stringify(await handler(JSON.parse(line), context)) + '\\n');
`;

export interface RunningFunction {
  readonly child: ChildProcess;
  /** Everything that it logged, as lines. */
  readonly log: readonly string[];
  invoke(event: unknown): Promise<unknown>;
}

/** @param folder What `buildLambdaAsset` made. */
export function startFunction(folder: string, environment: Readonly<Record<string, string>>): RunningFunction {
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner], {
    env: {
      ...environment,
      PATH: process.env.PATH,
      HANDLER: path.join(folder, 'handler.mjs'),
      INVOCATION: JSON.stringify(invocation),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => log.push(line));
  const answers = createInterface(child.stdio[3] as Readable)[Symbol.asyncIterator]();
  return {
    child,
    log,
    async invoke(event) {
      child.stdin.write(`${JSON.stringify(event)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`The function ended: ${log.join('\n')}`);
      return JSON.parse(value);
    },
  };
}

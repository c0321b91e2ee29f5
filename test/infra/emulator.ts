import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { z } from 'zod';
import { answers, freePort } from '../support/ports.ts';

/**
 * An emulator of AWS that runs functions without Docker: `pip install ministack`. The environment's MINISTACK names it,
 * or it is on the PATH; undefined when it is not here.
 */
export const ministack = [process.env.MINISTACK, 'ministack'].find(
  (program) => program && spawnSync(program, ['--help']).status === 0,
);

export interface Emulator {
  /** By which AWS's tools and libraries find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** `npx cdk` with these arguments; returns what it printed, and throws with it when it fails. */
  cdk(...args: readonly string[]): Promise<string>;
  /** Deploys a stack of an assembly; returns its outputs by name. */
  deploy(assembly: string, stack: string): Promise<Readonly<Record<string, string>>>;
  /** Asks for an address that the emulator answers, such as that of an API. */
  get(url: string): Promise<{ readonly status: number; readonly type: string; readonly body: Buffer }>;
  stop(): Promise<void>;
}

const region = 'eu-central-1';

export async function startEmulator(): Promise<Emulator> {
  const folder = await mkdtemp(path.join(tmpdir(), 'freshcar-emulator-'));
  const port = await freePort();
  // Functions run on this Node.js, and find the packages that Lambda brings along where this project has them.
  const base = {
    PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    HOME: folder,
    NODE_PATH: path.resolve('node_modules'),
  };
  const child = spawn(ministack ?? '', [], {
    env: { ...base, BIND_HOST: '127.0.0.1', GATEWAY_PORT: `${port}`, MINISTACK_REGION: region, TMPDIR: folder },
    stdio: 'ignore',
    // A process group, so that the functions end with it.
    detached: true,
  });
  const ended = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`ministack ended with ${child.exitCode}.`);
  }
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const cdk = (...args: readonly string[]) =>
    // In place of Docker a program that does nothing: an image is then not built, and what is deployed only names it.
    run(args, folder, { ...base, ...environment, CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DOCKER: 'true' });
  return {
    environment,
    cdk,
    async deploy(assembly, stack) {
      const file = path.join(folder, 'outputs.json');
      const quietly = ['--require-approval', 'never', '--exclusively', '--outputs-file', file];
      await cdk('deploy', stack, '--app', assembly, ...quietly);
      return outputsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))[stack] ?? {};
    },
    get: (url) => get(port, new URL(url)),
    async stop() {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

const program = path.resolve('node_modules/.bin/cdk');

/** In a folder without a `cdk.json`: what is deployed is said by the arguments alone. */
async function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, [...args, '--no-notices'], { cwd, env });
  return stdout + stderr;
}

/** By the name of the API in the `Host` header: it can't be looked up on every machine. */
async function get(port: number, { host, pathname, search }: URL) {
  const sent = request({ host: '127.0.0.1', port, path: pathname + search, headers: { host } }).end();
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await buffer(answer) };
}

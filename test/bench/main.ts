import { parseArgs } from 'node:util';
import { errorCodes, FreshcarError } from '../../model/errors.ts';
import { writeWhole } from '../../model/files.ts';
import { packingBenchmark } from './packing.ts';
import { openPeers } from './peers.ts';
import type { Benchmark, Result } from './samples.ts';
import { coldBenchmark, handlerBenchmark, mixedBenchmark, serverBenchmark } from './serving.ts';
import { trainingBenchmark } from './training.ts';

const help = `Measures on this machine and prints medians, of the ratios too. Leave the machine alone meanwhile.

  npm run bench -- [--only NAMES] [--peers PYTHON] [--requests N] [--json FILE]

  --only NAMES    some of packing, training, handler, server, mixed, cold; parted by commas
  --peers PYTHON  runs what people would use instead beside it, in turn, with that interpreter; what it needs, and how to
                  make one, is said in test/bench/peers/requirements.txt
  --requests N    how many the server is sent, at least 100; default 20000. Many show whether its memory grows
  --json FILE     writes every sample, median and ratio
  --help          this text

Examples:
  npm run bench -- --only handler,cold
  npm run bench -- --only server --requests 200000 --json server.json
  npm run bench -- --only training --peers ~/.cache/freshcar-peers/bin/python --json training.json
`;

/** Every benchmark by its name: add a file, then a line here. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  packing: packingBenchmark,
  training: trainingBenchmark,
  handler: handlerBenchmark,
  server: serverBenchmark,
  mixed: mixedBenchmark,
  cold: coldBenchmark,
};

const options = {
  only: { type: 'string' },
  peers: { type: 'string' },
  requests: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** What the command line asks for; undefined after a complaint. */
function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options });
    const names = values.only?.split(',') ?? Object.keys(benchmarks);
    const unknown = names.find((name) => benchmarks[name] === undefined);
    const requests = values.requests === undefined ? undefined : Number(values.requests);
    const usable = requests === undefined || (Number.isInteger(requests) && requests >= 100);
    if (unknown === undefined && usable) return { ...values, names, requests };
    process.stderr.write(
      usable
        ? `There is no benchmark ${unknown}, but ${Object.keys(benchmarks).join(', ')}.\n`
        : `--requests is to be a whole number from 100, not ${JSON.stringify(values.requests)}.\n`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
  process.exitCode = 2;
  return undefined;
}

const asked = readArguments(process.argv.slice(2));
if (asked?.help) process.stdout.write(help);
else if (asked !== undefined) {
  try {
    await measure(asked);
  } catch (error) {
    if (!(error instanceof FreshcarError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = errorCodes[error.code].exit;
  }
}

async function measure({ names, peers: python, requests, json }: NonNullable<typeof asked>): Promise<void> {
  const peers = python === undefined ? undefined : await openPeers(python, names);
  const results: Result[] = [];
  for (const name of names) {
    for await (const result of benchmarks[name]?.({ peers, requests }) ?? []) {
      process.stdout.write(`${describe(name, result)}\n`);
      results.push(result);
    }
  }
  if (json !== undefined) await writeWhole(json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function describe(benchmark: string, { name, unit, median, peers }: Result): string {
  const beside = peers.map((peer) => `${peer.name} ${short(peer.median)} (${peer.ratio.toFixed(2)} times it)`);
  return `${benchmark}, ${name}: ${short(median)} ${unit}${beside.length > 0 ? `; ${beside.join('; ')}` : ''}`;
}

function short(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

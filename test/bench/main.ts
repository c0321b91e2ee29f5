import { parseArgs } from 'node:util';
import { writeWhole } from '../../model/files.ts';
import { packingBenchmark } from './packing.ts';
import type { Benchmark, Result } from './samples.ts';
import { coldBenchmark, handlerBenchmark, serverBenchmark } from './serving.ts';
import { trainingBenchmark } from './training.ts';

/**
 * `npm run bench`: measures on this machine and prints medians. `--only NAME` picks one benchmark, `--peers PYTHON` runs what
 * people would use instead beside it, in turn, with that interpreter, and `--json FILE` writes every sample.
 */

/** Every benchmark by its name: add a file, then a line here. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  packing: packingBenchmark,
  training: trainingBenchmark,
  handler: handlerBenchmark,
  server: serverBenchmark,
  cold: coldBenchmark,
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, peers: { type: 'string' }, json: { type: 'string' } },
});

const names = values.only?.split(',') ?? Object.keys(benchmarks);
const unknown = names.find((name) => benchmarks[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`There is no benchmark ${unknown}, but ${Object.keys(benchmarks).join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const results: Result[] = [];
  for (const name of names) {
    for await (const result of benchmarks[name]?.({ peers: values.peers }) ?? []) {
      process.stdout.write(`${describe(name, result)}\n`);
      results.push(result);
    }
  }
  if (values.json !== undefined) await writeWhole(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function describe(benchmark: string, { name, unit, median, peers }: Result): string {
  const beside = peers.map((peer) => `${peer.name} ${peer.median.toFixed(1)} (${peer.ratio.toFixed(2)} times it)`);
  return `${benchmark}, ${name}: ${median.toFixed(1)} ${unit}${beside.length > 0 ? `; ${beside.join('; ')}` : ''}`;
}

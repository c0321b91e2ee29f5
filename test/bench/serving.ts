import path from 'node:path';
import { shippedModel } from '../../model/store/shipped.ts';
import { benchCold } from './cold.ts';
import { benchHandler } from './handler.ts';
import type { Series } from './measurement.ts';
import { benchMixed } from './mixed.ts';
import type { Benchmark, Result } from './samples.ts';
import { benchServer, measures, type ServerBenchOptions } from './server.ts';

/** The benchmarks of serving for `npm run bench`; FRESHCAR_BUNDLE names another bundle than the shipped one. */
export const handlerBenchmark = benchmark(benchHandler, (series) => [
  besides('one car, median', 'ms', 0.5, series),
  besides('one car, 99 of 100', 'ms', 0.99, series),
]);

export const serverBenchmark = benchmark(benchServer, (series) => {
  // What is measured of each server is a name's ending, and the rest of it the server's.
  const of = (ending: string) =>
    series
      .filter(({ name }) => name.endsWith(ending))
      .map((one) => ({ ...one, name: one.name.slice(0, -ending.length) }));
  const each = (ending: string) => series.filter(({ name }) => name.endsWith(ending));
  return [
    besides('64 connections', 'cars/s', 0.5, of(measures.rate)),
    besides('one connection', 'cars/s', 0.5, of(measures.single)),
    besides('one request of 64 at once, 99 of 100', 'ms', 0.99, of(measures.latency)),
    besides('one request of 64 at once, all processes', 'CPU ms', 0.5, of(measures.cost)),
    ...[...each(measures.failed), ...series.filter(({ unit }) => unit === 'bytes'), ...each(measures.load)].map((one) =>
      besides(one.name, one.unit, 0.5, [one]),
    ),
  ];
});

export const mixedBenchmark = benchmark(benchMixed, (series) => {
  const named = (start: string) => series.filter(({ name }) => name.startsWith(start));
  const [rates, each] = [
    named('cars').filter(({ unit }) => unit === 'cars/s'),
    named('cars').filter(({ unit }) => unit === 'ms'),
  ];
  return [
    besides('cars beside sheets', 'cars/s', 0.5, rates.slice().reverse()),
    besides('cars beside sheets, 99 of 100', 'ms', 0.99, each.slice().reverse()),
    ...['sheets', 'failed', 'next', 'abandoned'].flatMap(named).map((one) => besides(one.name, one.unit, 0.5, [one])),
  ];
});

export const coldBenchmark = benchmark(benchCold, (series) => {
  const [first, ...others] = series;
  const peers = others.filter(({ name }) => name.startsWith('seed'));
  const parts = others.filter((one) => !peers.includes(one));
  return [
    ...(first ? [besides(first.name, 'ms', 0.5, [first, ...peers])] : []),
    ...parts.map((one) => besides(one.name, 'ms', 0.5, [one])),
  ];
});

function benchmark(
  measure: (options: ServerBenchOptions) => Promise<Series[]>,
  resultsOf: (series: readonly Series[]) => Result[],
): Benchmark {
  return async function* ({ peers, requests }) {
    const series = await measure({
      bundle: process.env.FRESHCAR_BUNDLE ?? shippedModel(),
      root: path.resolve('.'),
      progress: (line) => process.stderr.write(`${line}\n`),
      ...(requests !== undefined && { requests }),
      ...(peers !== undefined && { peers }),
    });
    yield* resultsOf(series);
  };
}

/** One of ours beside everything else; of each the sample below which `share` of all lie (nearest rank). */
function besides(name: string, unit: string, share: number, series: readonly Series[]): Result {
  const at = (samples: readonly number[]) =>
    [...samples].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * samples.length) - 1)] ?? Number.NaN;
  const ours = series.find(({ name }) => /^(handler|server)/.test(name)) ?? series[0];
  const own = at(ours?.samples ?? []);
  const others = series.filter((one) => one !== ours);
  return {
    name,
    unit,
    samples: ours?.samples ?? [],
    median: own,
    peers: others.map(({ name, samples }) => ({ name, samples, median: at(samples), ratio: own / at(samples) })),
  };
}

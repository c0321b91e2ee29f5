import type { Peers } from './peers.ts';

export interface BenchmarkOptions {
  /** How peers are run, if they are asked for. */
  readonly peers: Peers | undefined;
  /** How many requests the server is sent, where its benchmark is not to choose. */
  readonly requests?: number | undefined;
}

/** A benchmark yields its results one by one. */
export type Benchmark = (options: BenchmarkOptions) => AsyncIterable<Result>;

export interface Result {
  readonly name: string;
  /** More is better. */
  readonly unit: string;
  readonly samples: readonly number[];
  readonly median: number;
  readonly peers: readonly {
    readonly name: string;
    readonly samples: readonly number[];
    readonly median: number;
    /** The project's median over the peer's. */
    readonly ratio: number;
  }[];
}

export interface Contender {
  readonly name: string;
  /** Does the work once and returns how much was done a second. */
  readonly run: () => Promise<number>;
}

/** Runs all contenders in turn (A B A B), because machines are noisy; the first is the project. */
export async function compare(
  name: string,
  unit: string,
  [own, ...peers]: readonly [Contender, ...Contender[]],
  rounds: number,
): Promise<Result> {
  return resultOf(name, unit, own, await sampleInTurn([own, ...peers], rounds));
}

export type Samples = ReadonlyMap<Contender, readonly number[]>;

/** Runs each contender once a round, in turn. */
export async function sampleInTurn(contenders: readonly Contender[], rounds: number): Promise<Samples> {
  const samples = new Map(contenders.map((contender): [Contender, number[]] => [contender, []]));
  for (let round = 0; round < rounds; round++) for (const [contender, own] of samples) own.push(await contender.run());
  return samples;
}

/** One contender beside all others that ran in turn with it. */
export function resultOf(name: string, unit: string, own: Contender, all: Samples): Result {
  const samples = all.get(own) ?? [];
  const others = [...all].filter(([contender]) => contender !== own);
  return {
    name,
    unit,
    samples,
    median: median(samples),
    peers: others.map(([peer, theirs]) => ({
      name: peer.name,
      samples: theirs,
      median: median(theirs),
      ratio: median(samples) / median(theirs),
    })),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

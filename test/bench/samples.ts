export interface BenchmarkOptions {
  /** A Python to run peers with, if they are asked for. */
  readonly peers: string | undefined;
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
  const samples = new Map<Contender, number[]>();
  for (let round = 0; round < rounds; round++)
    for (const contender of [own, ...peers])
      samples.set(contender, [...(samples.get(contender) ?? []), await contender.run()]);
  const of = (contender: Contender) => samples.get(contender) ?? [];
  const ownMedian = median(of(own));
  return {
    name,
    unit,
    samples: of(own),
    median: ownMedian,
    peers: peers.map((peer) => ({
      name: peer.name,
      samples: of(peer),
      median: median(of(peer)),
      ratio: ownMedian / median(of(peer)),
    })),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

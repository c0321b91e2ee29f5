import type { Peers } from './peers.ts';

/** What every benchmark of serving returns: series of samples that were taken in one run, in turn. */
export interface Series {
  /** What was measured: `handler`, `bare ONNX Runtime`, `seed's service`. */
  readonly name: string;
  readonly unit: 'ms' | 'CPU ms' | 'cars/s' | 'bytes' | 'errors';
  readonly samples: readonly number[];
}

export interface BenchOptions {
  /** The bundle that is measured. */
  readonly bundle: string;
  /** The project's folder, after `npm run build`. */
  readonly root: string;
  /** How the peer is run; without it only the project is measured. */
  readonly peers?: Peers;
  /** Is told how far the run is. */
  readonly progress: (line: string) => void;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

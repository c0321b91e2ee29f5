import { commandLine } from '../command-line.ts';
import { FreshcarError } from '../errors.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import type { Terminal } from '../terminal.ts';
import { bundleRun } from '../training/run/bundle-run.ts';
import { openRunFolder } from '../training/run/run-folder.ts';
import { bestScore } from '../training/run/scores.ts';
import { type Snapshot, snapshotOf } from '../training/run/snapshot.ts';
import { type BundleFlags, readBundleFlags } from './bundle-flags.ts';

export interface ExportFlags extends BundleFlags {
  readonly step?: number;
  readonly best?: boolean;
  readonly significantBits?: number;
}

export async function runExport(run: string, flags: ExportFlags, terminal: Terminal): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const about = await readBundleFlags(flags);
  const snapshot = await readModel(run, await stepOf(run, flags), warn);
  await loadTensorflow({ warn });
  const { significantBits, replace = false } = flags;
  const manifest = await bundleRun(snapshot, flags.out, {
    ...about,
    replace,
    ...(significantBits !== undefined && { significantBits }),
  });
  terminal.out.write(`Model ${manifest.version} in ${flags.out}${flags.best ? `, of step ${snapshot.step}` : ''}\n`);
}

/** The step that is asked for: by its number, or the one with the lowest KID; undefined for the newest. */
async function stepOf(run: string, { step, best = false }: ExportFlags): Promise<number | undefined> {
  if (!best) return step;
  if (step !== undefined) throw new FreshcarError('invalid-input', 'Say --step or --best, not both.');
  const folder = openRunFolder(run);
  const found = bestScore(await folder.readScores(), await folder.snapshotSteps());
  if (found !== undefined) return found.step;
  throw new FreshcarError(
    'not-found',
    `No snapshot of ${run} was measured. Do that by ${commandLine(['compare', run, '--data', 'held-out.npy', '--out', 'comparison'])}.`,
  );
}

/** What a run had made after `step`, or has made so far. */
async function readModel(run: string, step: number | undefined, warn: (message: string) => void): Promise<Snapshot> {
  const folder = openRunFolder(run);
  if (step !== undefined) return folder.readSnapshot(step);
  const checkpoint = await folder.latestCheckpoint(warn);
  if (checkpoint === undefined) throw new FreshcarError('not-found', `${run} holds no checkpoint of a run.`);
  return snapshotOf(checkpoint);
}

import { FreshcarError } from '../errors.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { bundleRun } from '../training/bundle-run.ts';
import { openRunFolder } from '../training/run-folder.ts';
import { type BundleFlags, readBundleFlags } from './bundle-flags.ts';
import type { Terminal } from './terminal.ts';

export async function runExport(run: string, flags: BundleFlags, terminal: Terminal): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const about = await readBundleFlags(flags);
  const checkpoint = await openRunFolder(run).latestCheckpoint(warn);
  if (checkpoint === undefined) throw new FreshcarError('not-found', `${run} holds no checkpoint of a run.`);
  await loadTensorflow({ warn });
  const manifest = await bundleRun({ checkpoint, ...about }, flags.out, { replace: flags.replace ?? false });
  terminal.out.write(`Model ${manifest.version} in ${flags.out}\n`);
}

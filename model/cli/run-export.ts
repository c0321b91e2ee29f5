import { readFile } from 'node:fs/promises';
import { modelVersionSchema } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { bundleRun } from '../training/bundle-run.ts';
import { openRunFolder } from '../training/run-folder.ts';
import type { ExportFlags } from './export.ts';
import type { Terminal } from './terminal.ts';

export async function runExport(run: string, flags: ExportFlags, terminal: Terminal): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const version = flags.version === undefined ? undefined : modelVersionSchema.safeParse(flags.version);
  if (version?.success === false)
    throw new FreshcarError(
      'invalid-input',
      `--version: ${version.error.issues.map(({ message }) => message).join('; ')}.`,
    );
  const card = flags.card === undefined ? undefined : await readCard(flags.card);
  const checkpoint = await openRunFolder(run).latestCheckpoint(warn);
  if (checkpoint === undefined) throw new FreshcarError('not-found', `${run} holds no checkpoint of a run.`);
  await loadTensorflow({ warn });
  const manifest = await bundleRun(
    { checkpoint, ...(version && { version: version.data }), ...(card !== undefined && { card }) },
    flags.out,
    { replace: flags.replace ?? false },
  );
  terminal.out.write(`Model ${manifest.version} in ${flags.out}\n`);
}

async function readCard(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read the card ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

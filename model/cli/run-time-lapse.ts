import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addBundleFile } from '../bundle/add-file.ts';
import { manifestName } from '../bundle/manifest.ts';
import { parseManifest } from '../bundle/read.ts';
import { timeLapseName } from '../bundle/samples.ts';
import { requireBundle } from '../bundle/write-scores.ts';
import { FreshcarError } from '../errors.ts';
import { encodePng } from '../png.ts';
import type { Terminal } from '../terminal.ts';
import { openRunFolder } from '../training/run/run-folder.ts';
import { isWholePng, learningRows } from '../training/run/time-lapse.ts';

export async function runTimeLapse(bundle: string, runs: readonly string[], terminal: Terminal): Promise<void> {
  await requireBundle(bundle);
  const manifest = parseManifest(await readFile(join(bundle, manifestName)), bundle);
  const sheets: Uint8Array[] = [];
  for (const run of runs) {
    const whole = (await openRunFolder(run).readSheets()).filter(({ png }) => isWholePng(png));
    if (whole.length === 0) throw new FreshcarError('not-found', `${run} holds no sheet of a run.`);
    sheets.push(...whole.map(({ png }) => png));
  }
  const bytes = encodePng(learningRows(sheets));
  await addBundleFile(bundle, manifest, timeLapseName, bytes);
  terminal.out.write(`${sheets.length} sheets in ${join(bundle, timeLapseName)}, ${bytes.length} bytes\n`);
}

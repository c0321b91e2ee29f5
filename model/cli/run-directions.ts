import { addBundleFile } from '../bundle/add-file.ts';
import { requireBundle } from '../bundle/write-scores.ts';
import { type Directions, directionsName } from '../directions/directions.ts';
import { findDirections } from '../directions/find.ts';
import { propertyNames } from '../directions/properties.ts';
import { openModel } from '../open-model.ts';
import type { Terminal } from '../terminal.ts';

export interface DirectionsFlags {
  readonly cars: number;
  readonly measure: number;
  readonly dryRun?: boolean;
}

export async function runDirections(bundle: string, flags: DirectionsFlags, terminal: Terminal): Promise<void> {
  // Before the minutes that the search takes.
  if (!flags.dryRun) await requireBundle(bundle);
  const { engine, manifest } = await openModel(bundle, 'onnx', () => undefined);
  const onProgress = (done: number, all: number) => {
    if (terminal.err.isTTY) terminal.err.write(`\r${done} of ${all} cars`);
  };
  const found = await findDirections(engine, { cars: flags.cars, measuredWith: flags.measure, onProgress });
  await engine.dispose();
  if (terminal.err.isTTY) terminal.err.write('\n');
  terminal.out.write(tableOf(found));
  if (flags.dryRun) return;
  await addBundleFile(bundle, manifest, directionsName, Buffer.from(`${JSON.stringify(found)}\n`));
  terminal.out.write(
    `${found.directions.length} directions of model ${manifest.version} in ${bundle}/${directionsName}\n`,
  );
}

/** What a step in each direction changes, in standard deviations, and how pure it is. */
function tableOf({ directions, measuredWith }: Directions): string {
  const cells = (first: string, others: readonly string[]) =>
    `${first.padEnd(12)}${others.map((text) => text.padStart(12)).join('')}\n`;
  const rows = directions.map(({ name, effects, purity }) =>
    cells(name, [...propertyNames.map((other) => (effects[other] ?? 0).toFixed(2)), purity.toFixed(1)]),
  );
  const left = propertyNames.filter((name) => directions.every((direction) => direction.name !== name));
  const note = left.length === 0 ? '' : `Left out, because they change something else too: ${left.join(', ')}.\n`;
  return `What one step changes, in standard deviations, with ${measuredWith} cars:\n${cells('', [...propertyNames, 'purity'])}${rows.join('')}${note}`;
}

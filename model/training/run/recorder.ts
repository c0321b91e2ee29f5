import { join } from 'node:path';
import { writeWhole } from '../../files.ts';
import { bundleRun, sampleSheet } from './bundle-run.ts';
import type { Progress } from './progress.ts';
import type { RunFolder } from './run-folder.ts';
import type { Snapshot } from './snapshot.ts';
import { type EventWriterOptions, openEventWriter } from './tensorboard.ts';

/** Everything that a run leaves for people to see while it goes. */
export interface Recorder {
  /** Adds a line to `metrics.jsonl` and a point to TensorBoard's curves. */
  report(progress: Progress): Promise<void>;
  /** Keeps a sheet as a file and for TensorBoard, draws the curves anew, and puts the model where it can be served. */
  show(snapshot: Snapshot): Promise<void>;
}

/** Opens a recorder that goes on after `step`: what a killed run has recorded of later steps is dropped. */
export async function openRecorder(folder: RunFolder, options: EventWriterOptions): Promise<Recorder> {
  await folder.truncateMetrics(options.step);
  const events = await openEventWriter(join(folder.path, 'tensorboard'), options);
  return {
    report: async ({ step, epoch, losses, imagesPerSecond, residentBytes, tensors }) => {
      const residentMegabytes = Math.round(residentBytes / 1e6);
      await folder.appendMetrics({ step, epoch, ...losses, imagesPerSecond, residentMegabytes, tensors });
      await events.scalars(step, {
        'loss/discriminator-real': losses.discriminatorReal,
        'loss/discriminator-fake': losses.discriminatorFake,
        'loss/generator': losses.generator,
        'speed/images-per-second': imagesPerSecond,
        'memory/resident-megabytes': residentMegabytes,
      });
    },
    show: async (snapshot) => {
      const png = sampleSheet(snapshot);
      await folder.saveSheet(snapshot.step, png);
      await events.picture(snapshot.step, 'cars', png);
      await saveCurves(folder);
      await bundleRun(snapshot, folder.bundle, { samples: png, replace: true });
    },
  };
}

/** `curves.svg` and `curves.png`, of all that was reported so far. */
export async function saveCurves(folder: RunFolder): Promise<void> {
  const rows = await folder.readMetrics();
  if (rows.length === 0) return;
  const [{ drawCurves }, { default: sharp }] = await Promise.all([import('./curves.ts'), import('sharp')]);
  const svg = drawCurves(rows);
  await writeWhole(join(folder.path, 'curves.svg'), svg);
  await writeWhole(join(folder.path, 'curves.png'), await sharp(Buffer.from(svg)).png().toBuffer());
}

import { encodeApng } from '../apng.ts';
import { type Changes, changeLatents } from '../directions/directions.ts';
import { latentsOfMorph } from '../draw.ts';
import { writeWhole } from '../files.ts';
import { picturesOf } from '../image.ts';
import { openModel } from '../open-model.ts';
import type { Terminal } from '../terminal.ts';

export interface MorphFlags {
  readonly model?: string;
  readonly from: number;
  readonly to: number;
  readonly frames: number;
  readonly delay: number;
  readonly out: string;
  readonly scale: number;
  readonly truncation: number;
  readonly change: Changes;
}

export async function runMorph(flags: MorphFlags, terminal: Terminal): Promise<void> {
  const { delay, frames, from, to, out, scale } = flags;
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const { engine, manifest, directions } = await openModel(flags.model, 'onnx', warn);
  const cars = await engine.draw(
    changeLatents(latentsOfMorph(engine, { through: [from, to], frames }, flags.truncation), flags.change, directions),
  );
  await writeWhole(out, encodeApng(picturesOf(cars, engine.imageSize), { delay, scale }));
  terminal.out.write(`${frames} cars of model ${manifest.version} in ${out}\n`);
  await engine.dispose();
}

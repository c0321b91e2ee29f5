import { encodeApng } from '../apng.ts';
import { type Changes, changeLatents } from '../directions/change.ts';
import { latentsOfMorph } from '../draw.ts';
import type { Engine } from '../engine/engine.ts';
import { writeWhole } from '../files.ts';
import { picturesOf } from '../image.ts';
import { openModel } from '../open-model.ts';
import type { Terminal } from '../terminal.ts';

export interface MorphFlags {
  readonly model?: string;
  readonly from: number;
  readonly to: number;
  readonly via: readonly number[];
  readonly loop: boolean;
  readonly frames: number;
  readonly delay: number;
  readonly out: string;
  readonly scale: number;
  readonly truncation: number;
  readonly change: Changes;
}

export async function runMorph(flags: MorphFlags, terminal: Terminal): Promise<void> {
  const { delay, frames, out, scale } = flags;
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const { engine, manifest, directions } = await openModel(flags.model, 'onnx', warn);
  const cars = await engine.draw(changeLatents(latentsOfWalk(engine, flags), flags.change, directions));
  await writeWhole(out, encodeApng(picturesOf(cars, engine.imageSize), { delay, scale }));
  terminal.out.write(`${frames} cars of model ${manifest.version} in ${out}\n`);
  await engine.dispose();
}

/** A loop ends one frame before the first car comes again, which the player shows next. */
function latentsOfWalk(engine: Engine, { from, via, to, loop, frames, truncation }: MorphFlags): Float32Array {
  const through = [from, ...via, to, ...(loop ? [from] : [])];
  const latents = latentsOfMorph(engine, { through, frames: frames + (loop ? 1 : 0) }, truncation);
  return latents.subarray(0, frames * engine.latentSize);
}

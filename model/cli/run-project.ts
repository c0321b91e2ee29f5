import { type Crop, cropBox } from '../dataset/prepare/crop.ts';
import { createDecoder } from '../dataset/prepare/decode.ts';
import { resizeByArea } from '../dataset/resize.ts';
import { UnreadablePicture } from '../dataset/sources/source.ts';
import { drawSeeds } from '../draw.ts';
import { FreshcarError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { beside, type Picture, scaleUp } from '../image.ts';
import { latentsFromSeeds } from '../latent.ts';
import { featuresOf } from '../likeness/features.ts';
import { nearestCars, projectFeatures } from '../likeness/nearest.ts';
import { readIndex } from '../likeness/read-index.ts';
import { refine } from '../likeness/refine.ts';
import { type OpenedModel, openModel } from '../open-model.ts';
import { encodePng } from '../png.ts';
import { randomFromSeed } from '../random.ts';
import { printable, type Terminal } from '../terminal.ts';

export interface ProjectFlags {
  readonly out: string;
  readonly model?: string;
  readonly crop: Crop;
  readonly seeds: number;
  readonly rounds: number;
  readonly children: number;
  readonly seed: number;
  readonly scale: number;
  readonly latent?: string;
}

/** How many of the nearest cars the refining begins with. */
const parents = 24;
/** White pixels between the pictures. */
const gap = 8;

export async function runProject(photo: string, flags: ProjectFlags, terminal: Terminal): Promise<void> {
  const opened = await openModel(flags.model, 'onnx', (message) => terminal.err.write(`warning: ${message}\n`));
  try {
    await project(photo, flags, opened, terminal);
  } finally {
    await opened.engine.dispose();
  }
}

async function project(photo: string, flags: ProjectFlags, opened: OpenedModel, terminal: Terminal): Promise<void> {
  const { engine, source, manifest } = opened;
  const { imageSize, latentSize } = engine;
  const index = await readIndex(source, manifest);
  const picture = await readPhoto(photo, flags.crop, imageSize);
  const wanted = projectFeatures(index, featuresOf(picture));
  const found = nearestCars(index, wanted, Math.max(parents, flags.seeds));
  const [first] = found;
  terminal.out.write(`The cars of model ${manifest.version} that are nearest to ${printable(photo)}:\n`);
  for (const { seed, distance } of found.slice(0, flags.seeds))
    terminal.out.write(`  car ${seed}, distance ${Math.sqrt(distance).toFixed(1)}\n`);
  const begun = {
    wanted,
    parents: latentsFromSeeds(
      found.slice(0, parents).map(({ seed }) => seed),
      latentSize,
    ),
  };
  const onRound = (round: number) => {
    if (terminal.err.isTTY) terminal.err.write(`\rround ${round} of ${flags.rounds}`);
    return !interrupted.aborted;
  };
  const interrupted = terminal.interruption();
  const { rounds, children } = flags;
  const refined = await refine(engine, index, begun, { rounds, children, random: randomFromSeed(flags.seed), onRound });
  if (terminal.err.isTTY) terminal.err.write('\n');
  const car = (pixels: Uint8Array) => scaleUp({ pixels, width: imageSize, height: imageSize }, flags.scale);
  const nearest = await drawSeeds(engine, [first?.seed ?? 0]);
  const pictures = [scaleUp(picture, flags.scale), car(nearest), car(refined.car)];
  await writeWhole(flags.out, encodePng(beside(pictures, gap)));
  const { latent, distance } = refined;
  if (flags.latent !== undefined) {
    const about = { model: manifest.version, distance: Math.sqrt(distance), latent: [...latent] };
    await writeWhole(flags.latent, `${JSON.stringify(about)}\n`);
  }
  const places = flags.latent === undefined ? flags.out : `${flags.out}, its latent vector in ${flags.latent}`;
  terminal.out.write(`Refined to distance ${Math.sqrt(distance).toFixed(1)}, which no seed draws; in ${places}\n`);
}

async function readPhoto(file: string, crop: Crop, size: number): Promise<Picture> {
  try {
    const decoded = await createDecoder().decode(file, (full) => cropBox(crop, full, undefined), size);
    const box = cropBox(crop, decoded.fullSize, undefined);
    return { pixels: resizeByArea(decoded.picture, size, size, box), width: size, height: size };
  } catch (cause) {
    if (!(cause instanceof UnreadablePicture)) throw cause;
    throw new FreshcarError('invalid-input', `${printable(file)} cannot be used: ${cause.message}.`, { cause });
  }
}

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { resizeByArea } from '../dataset/resize.ts';
import type { Runtime } from '../engine/engine.ts';
import { loadRuntime } from '../engine/runtime.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf, sha256 } from '../files.ts';
import { checkPlainGraph } from './check-graph.ts';
import type { FeatureSet } from './feature-set.ts';

/** What a graph may want black and white to be. */
export const pixelRanges = { '0..255': [0, 255], '0..1': [0, 1], '-1..1': [-1, 1] } as const;
export type PixelRange = keyof typeof pixelRanges;

/** Pictures to features, by an ONNX graph. */
export interface FeatureExtractor {
  /** The file's name and the SHA-256 of its bytes: numbers of other features cannot be compared. */
  readonly name: string;
  readonly sha256: string;
  /** @param images `count * imageSize * imageSize * 3` bytes; resized by area averaging to what the graph reads. */
  extract(images: Uint8Array, imageSize: number): Promise<FeatureSet>;
  dispose(): Promise<void>;
}

/**
 * Opens a graph with one float32 input, `[count, height, width, 3]` or `[count, 3, height, width]`, whose first output has
 * one row of numbers for each picture. Height and width are equal, or left open: then pictures keep their size.
 * The graph is somebody's: only plain operators over numbers that are in the file are taken.
 *
 * @param range what the graph wants pixels to be; it normalises them further by itself. Default: 0 to 255.
 * @throws FreshcarError `not-found` or `unavailable` when the file cannot be read, `invalid-input` when it is no such graph.
 */
export async function openExtractor(path: string, range: PixelRange = '0..255'): Promise<FeatureExtractor> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' ? 'not-found' : 'unavailable';
    throw new FreshcarError(code, `Could not read the features ${path}: ${reasonOf(cause)}.`, { cause });
  });
  checkPlainGraph(bytes, path);
  const runtime = await loadRuntime();
  const session = await openSession(runtime, bytes, path);
  const input = inputOf(session, path);
  return {
    name: basename(path),
    sha256: sha256(bytes),
    extract: (images, imageSize) => extract({ runtime, session, input, range: pixelRanges[range] }, images, imageSize),
    dispose: () => session.release(),
  };
}

/** How a graph reads pictures. */
interface GraphInput {
  readonly name: string;
  readonly channels: 'first' | 'last';
  /** Pixels each way; undefined where any will do. */
  readonly size: number | undefined;
  /** Pictures of one run; undefined where any number will do. */
  readonly batch: number | undefined;
}

/** Pixels each way, and images of one run, more than any network of features reads: the memory for them is asked for at once. */
const largestSize = 1024;
const largestBatch = 256;

async function openSession(runtime: Runtime, bytes: Uint8Array, path: string): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: availableParallelism(),
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new FreshcarError('invalid-input', `${path} is no ONNX graph that can be run.`, { cause });
  }
}

function inputOf(session: InferenceSession, path: string): GraphInput {
  const refuse = (why: string) => new FreshcarError('invalid-input', `${path} cannot give features: ${why}.`);
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || !input.isTensor || others.length > 0) throw refuse('it needs exactly one input');
  if (input.type !== 'float32') throw refuse(`its input is ${input.type} instead of float32`);
  const [batch, ...shape] = input.shape.map((length) =>
    typeof length === 'number' && length > 0 ? length : undefined,
  );
  const channels = shape[2] === 3 ? 'last' : 'first';
  const [height, width] = channels === 'last' ? shape : shape.slice(1);
  if (shape.length !== 3 || (channels === 'first' && shape[0] !== 3) || height !== width)
    throw refuse(`its input is [${input.shape}] instead of [count, size, size, 3] or [count, 3, size, size]`);
  if ((height ?? 0) > largestSize || (batch ?? 0) > largestBatch)
    throw refuse(
      `its input is [${input.shape}], but at most ${largestBatch} images of ${largestSize} pixels are read at once`,
    );
  return { name: input.name, channels, size: height, batch };
}

/** A graph that is open, and how it reads pictures. */
interface OpenGraph {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly input: GraphInput;
  /** What black and white are to be. */
  readonly range: readonly [number, number];
}

async function extract(graph: OpenGraph, images: Uint8Array, imageSize: number): Promise<FeatureSet> {
  const { input, range } = graph;
  const pictureBytes = imageSize * imageSize * 3;
  const count = images.length / pictureBytes;
  const size = input.size ?? imageSize;
  // Large pictures go in small batches: about as many pixels at once either way.
  const batch = input.batch ?? Math.max(1, Math.min(64, Math.floor((64 * 128 * 128) / (size * size))));
  const rows: Float32Array[] = [];
  for (let first = 0; first < count; first += batch) {
    const used = Math.min(batch, count - first);
    // A graph of a fixed batch gets black pictures behind the last.
    const pixels = new Float32Array((input.batch ?? used) * size * size * 3);
    for (let row = 0; row < used; row++) {
      const picture = images.subarray((first + row) * pictureBytes, (first + row + 1) * pictureBytes);
      const resized = resizeByArea({ pixels: picture, width: imageSize, height: imageSize }, size, size);
      const into = pixels.subarray(row * resized.length, (row + 1) * resized.length);
      fillPixels(resized, into, input.channels, range);
    }
    const output = await run(graph, pixels, size);
    rows.push(output.subarray(0, (output.length / (input.batch ?? used)) * used));
  }
  return { values: concatenated(rows), count, size: rows.reduce((sum, { length }) => sum + length, 0) / count };
}

function fillPixels(
  bytes: Uint8Array,
  into: Float32Array,
  channels: 'first' | 'last',
  [black, white]: readonly [number, number],
): void {
  const places = bytes.length / 3;
  const scale = (white - black) / 255;
  for (let at = 0; at < bytes.length; at++) {
    const to = channels === 'last' ? at : (at % 3) * places + Math.floor(at / 3);
    into[to] = black + scale * (bytes[at] as number);
  }
}

async function run({ runtime, session, input }: OpenGraph, pixels: Float32Array, size: number) {
  const count = pixels.length / (size * size * 3);
  const dims = input.channels === 'last' ? [count, size, size, 3] : [count, 3, size, size];
  const outputs = await session.run({ [input.name]: new runtime.Tensor('float32', pixels, dims) });
  const output = outputs[session.outputNames[0] ?? ''];
  if (output?.data instanceof Float32Array && output.dims[0] === count) return output.data;
  throw new FreshcarError(
    'invalid-input',
    'The first output of the features is no float32 with a row for each picture.',
  );
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

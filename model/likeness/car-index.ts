import { FreshcarError } from '../errors.ts';
import { parseJson } from '../json.ts';

/** The optional file of a bundle by which the model's cars are found that look like a picture. */
export const indexName = 'index.bin';

/** How the features of one kind become a few numbers: differences from `mean`, along `axes`, each `dimensions` numbers one after the other. */
export interface Projection {
  readonly mean: Float32Array;
  readonly axes: Float32Array;
  readonly dimensions: number;
  /** How much a step of the quantised numbers is. */
  readonly step: number;
}

/** Some of a model's cars by how they look: those of the seeds 0, 1, 2 and so on. */
export interface CarIndex {
  readonly cars: number;
  /** One for each of `featureParts`. */
  readonly projections: readonly Projection[];
  /** `cars` rows of quantised numbers, those of all projections one behind the other. */
  readonly codes: Int8Array;
  /** `cars` rows of red, green and blue: the paint. */
  readonly paints: Uint8Array;
}

/** What the file begins with, behind the number of its bytes: what lies in it. */
interface Header {
  readonly format: 1;
  readonly cars: number;
  readonly parts: readonly { readonly features: number; readonly dimensions: number; readonly step: number }[];
}

/** More than anybody needs, and few enough for a browser. */
const mostCars = 100_000;

/** The bytes of the file: the header, then for each part its mean and its axes (float32), then the codes and the paints. */
export function encodeIndex({ cars, projections, codes, paints }: CarIndex): Uint8Array {
  const parts = projections.map(({ mean, dimensions, step }) => ({ features: mean.length, dimensions, step }));
  const header: Header = { format: 1, cars, parts };
  // Spaces behind it, so that what follows begins at a multiple of 4, as arrays of float32 must.
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 4) * 4));
  const floats = projections.flatMap(({ mean, axes }) => [mean, axes]);
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const all = [bytes(Uint32Array.of(head.length)), head, ...floats.map(bytes), bytes(codes), paints];
  const file = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** @throws FreshcarError `damaged-bundle` when the bytes are no index, or one for other features than these. */
export function parseIndex(file: Uint8Array, features: readonly number[]): CarIndex {
  // A copy, since a file may begin anywhere in its buffer.
  const bytes = file.slice();
  const [length = 0] = bytes.length < 4 ? [] : new Uint32Array(bytes.buffer, 0, 1);
  const header = headerOf(bytes.subarray(4, 4 + length));
  if (header?.parts.map(({ features }) => features).join() !== features.join())
    throw damaged('it is none, or of another version of this program');
  const dimensions = header.parts.reduce((sum, part) => sum + part.dimensions, 0);
  const numbers = header.parts.reduce((sum, part) => sum + part.features * (1 + part.dimensions), 0);
  if (bytes.length !== 4 + length + numbers * 4 + header.cars * (dimensions + 3))
    throw damaged('it is not as long as it says');
  let at = 4 + length;
  const floats = (count: number) => {
    const array = new Float32Array(bytes.buffer, at, count);
    at += count * 4;
    return array;
  };
  const projections = header.parts.map(({ features, dimensions, step }) => ({
    mean: floats(features),
    axes: floats(features * dimensions),
    dimensions,
    step,
  }));
  if (projections.some(({ mean, axes }) => ![mean, axes].every((array) => array.every(Number.isFinite))))
    throw damaged('it holds what is no number');
  const codes = new Int8Array(bytes.buffer, at, header.cars * dimensions);
  return { cars: header.cars, projections, codes, paints: bytes.subarray(at + codes.length) };
}

function headerOf(bytes: Uint8Array): Header | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  try {
    const header = parseJson(new TextDecoder().decode(bytes)) as Partial<Header>;
    const isCount = (value: unknown, most: number) =>
      Number.isInteger(value) && Number(value) > 0 && Number(value) <= most;
    const isWell =
      header.format === 1 &&
      isCount(header.cars, mostCars) &&
      Array.isArray(header.parts) &&
      header.parts.every((part) => isCount(part.features, 4096) && isCount(part.dimensions, 256) && isStep(part.step));
    return isWell ? (header as Header) : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers are quantised by steps of features, which are small. */
const isStep = (step: unknown) => typeof step === 'number' && step > 0 && step < 1e6;

const damaged = (why: string) => new FreshcarError('damaged-bundle', `${indexName} cannot be used: ${why}.`);

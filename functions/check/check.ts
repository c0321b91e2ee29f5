import { PNG } from 'pngjs';
import { z } from 'zod';
import { sha256 } from '../../model/files.ts';

/** The one car whose picture is known from before; as good as any. */
export const goldenSeed = 42;
/** The same car drawn on another kind of processor may differ by so much, of 255. */
const tolerance = 1;

/** Where the golden car of each model is kept: what was drawn when it was first seen. */
export interface GoldenCars {
  /** Keeps a picture unless there is one; returns the one that is kept. */
  keep(version: string, png: Uint8Array): Promise<Uint8Array>;
}

export interface CheckOptions {
  /** Where visitors find the service; ends in a slash. */
  readonly url: string;
  readonly fetch: (url: string) => Promise<Response>;
  readonly golden: GoldenCars;
}

/** What was found, for the log. */
export interface Checked {
  readonly version: string;
  /** SHA-256 of the golden seed's picture. */
  readonly sha256: string;
}

const healthSchema = z.looseObject({ status: z.string(), version: z.string() });

/**
 * Asks the service for what a visitor asks: whether it is well, a fresh car, and one car that is known from before.
 *
 * @throws Error that says what is wrong.
 */
export async function check({ url, fetch, golden }: CheckOptions): Promise<Checked> {
  const ask = async (path: string, type: string) => {
    const response = await fetch(`${url}${path}`);
    if (response.status !== 200) throw new Error(`${url}${path} answers ${response.status} instead of 200.`);
    const found = response.headers.get('Content-Type') ?? 'nothing';
    if (!found.startsWith(type)) throw new Error(`${url}${path} answers with ${found} instead of ${type}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const health = healthSchema.safeParse(JSON.parse(new TextDecoder().decode(await ask('health', 'application/json'))));
  if (!health.success) throw new Error(`${url}health says nothing that can be read: ${z.prettifyError(health.error)}.`);
  const { version } = health.data;
  readPng(await ask('car.png', 'image/png'), `${url}car.png`);
  const path = `models/${version}/cars/${goldenSeed}.png`;
  const car = await ask(path, 'image/png');
  const known = await golden.keep(version, car);
  const hash = sha256(car);
  if (hash !== sha256(known) && !areSame(readPng(car, path), readPng(known, 'what was kept')))
    throw new Error(`${url}${path} is another car than it was: its SHA-256 is ${hash}, and was ${sha256(known)}.`);
  return { version, sha256: hash };
}

function readPng(bytes: Uint8Array, name: string): PNG {
  try {
    return PNG.sync.read(Buffer.from(bytes));
  } catch (cause) {
    throw new Error(`${name} is no PNG that can be read.`, { cause });
  }
}

function areSame(one: PNG, other: PNG): boolean {
  if (one.width !== other.width || one.height !== other.height) return false;
  return one.data.every((value, at) => Math.abs(value - (other.data[at] ?? Number.NaN)) <= tolerance);
}

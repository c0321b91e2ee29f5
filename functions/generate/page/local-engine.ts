import { type LatentSpread, latentScale } from '../../../model/latent.ts';
import type { Model } from './address.ts';
import type { EngineAnswer, EngineRequest } from './engine-messages.ts';

/** The name of the worker's file in `assets/`; the build puts it here. */
declare const engineFile: string;

/** What the service tells of a model that drawing needs. */
export interface ModelFacts {
  readonly version: string;
  readonly latentSize: number;
  readonly imageSize: number;
  readonly latent?: LatentSpread;
}

export interface LocalEngine {
  /**
   * Latent vectors to cars: rows of RGB. One drawing after the other.
   *
   * @param change What is done to the vectors behind the truncation, as the service does it.
   */
  draw(
    latents: Float32Array,
    truncation: number,
    change?: (latents: Float32Array) => Float32Array,
  ): Promise<Uint8Array>;
}

export async function factsOf({ base }: Model): Promise<ModelFacts> {
  const response = await fetch(base === '' ? 'model' : base.slice(0, -1));
  if (!response.ok) throw new Error(`The service says nothing about this model: ${response.status}`);
  return response.json();
}

/** A visitor who saves data is not sent some ten megabytes to play. */
export function mayLoadEngine(): boolean {
  const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
  return typeof DecompressionStream === 'function' && connection?.saveData !== true;
}

/**
 * Loads ONNX Runtime and a model into the browser, some ten megabytes that it then keeps.
 *
 * @throws Error when either cannot be had; the service draws then.
 */
export async function loadLocalEngine(facts: ModelFacts): Promise<LocalEngine> {
  const worker = new Worker(new URL(`assets/${engineFile}`, location.href), { type: 'module' });
  const ask = connect(worker);
  const base = new URL(`models/${facts.version}/`, location.href).pathname;
  await ask({ kind: 'load', base, latentSize: facts.latentSize });
  return {
    async draw(latents, truncation, change = (scaled) => scaled) {
      const scale = latentScale(truncation, facts.latent);
      const { cars } = await ask({ kind: 'draw', latents: change(latents.map((value) => value * scale)) });
      if (!cars) throw new Error('The engine drew nothing.');
      return cars;
    },
  };
}

type Asked = EngineRequest extends infer Kind ? (Kind extends unknown ? Omit<Kind, 'id'> : never) : never;

/** Questions and answers find each other by a number. */
function connect(worker: Worker): (request: Asked) => Promise<EngineAnswer> {
  const waiting = new Map<number, { resolve(answer: EngineAnswer): void; reject(error: Error): void }>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<EngineAnswer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) asked?.resolve(data);
    else asked?.reject(new Error(data.error));
  });
  // The worker's own file could not be had, or is broken.
  worker.addEventListener('error', () => {
    for (const { reject } of waiting.values()) reject(new Error('The engine could not be started.'));
    waiting.clear();
  });
  return (request) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.postMessage({ ...request, id: last });
    });
}

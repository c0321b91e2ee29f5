import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { type AppOptions, createApp } from '../../../functions/generate/http/app.ts';
import type { Page } from '../../../functions/generate/http/page-files.ts';
import { problemSchema } from '../../../functions/generate/http/problem.ts';
import { jsonLog, type Log } from '../../../functions/generate/log.ts';
import { createModelRegistry, type ModelRegistry } from '../../../functions/generate/models/model-registry.ts';
import type { ServedModel } from '../../../functions/generate/models/served-model.ts';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import type { Engine } from '../../../model/engine/engine.ts';

/** A log that keeps its lines, parsed. */
export function recordedLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: jsonLog((line) => lines.push(JSON.parse(line))) };
}

/**
 * An engine that paints instead of computing: every byte of a car is its first latent number,
 * times 32, plus 128; its very last byte is 7 instead, so that no car is plain.
 */
export function paintedEngine(imageSize = 32): Engine {
  const latentSize = 4;
  const bytes = imageSize * imageSize * 3;
  return {
    name: 'onnx',
    latentSize,
    imageSize,
    async draw(latents) {
      const cars = new Uint8Array((latents.length / latentSize) * bytes);
      for (let car = 0; car * latentSize < latents.length; car++) {
        cars.fill(128 + 32 * (latents[car * latentSize] ?? 0), car * bytes, (car + 1) * bytes);
        cars[(car + 1) * bytes - 1] = 7;
      }
      return cars;
    },
    dispose: async () => undefined,
  };
}

/** For tests of what surrounds a model; `app.test.ts` and `lambda.test.ts` have real ones. */
export function paintedModel(version = 'painted', imageSize: 32 | 64 | 128 = 32): ServedModel {
  const manifest = manifestSchema.parse({
    format: 1,
    version,
    architecture: { latentSize: 4, imageSize },
    files: { 'generator.onnx': { bytes: 1, sha256: 'ab'.repeat(32) } },
    code: { name: 'freshcar', version: '0.1.0' },
  });
  return { manifest, engine: paintedEngine(imageSize) };
}

/** A registry whose pointer never moves: `painted` is current, and `alternates` are its alternates. */
export function registryOf(
  load: (version: string) => Promise<ServedModel>,
  log: Log,
  alternates: readonly string[] = [],
  previous?: string,
): ModelRegistry {
  const source = {
    readPointer: async () => ({
      pointer: { version: 'painted', alternates, ...(previous !== undefined && { previous }) },
      etag: '1',
    }),
    readManifest: async (version: string) => (await load(version)).manifest,
  };
  return createModelRegistry({ source, load, log, now: () => 0 });
}

const emptyView = { main: '<p data-seed="{{seed}}">{{car}}</p>', script: 'let x' };
export const emptyPage: Page = {
  layout: '<title>{{title}}</title>{{head}}{{style}}{{main}}{{script}}',
  style: 'p { color: red }',
  views: { explorer: emptyView, morph: emptyView, wall: emptyView, find: emptyView },
  assets: new Map([['engine-1.js', { type: 'text/javascript; charset=utf-8', read: async () => Buffer.from('1') }]]),
};

interface AppParts extends Partial<Pick<AppOptions, 'timeLimit' | 'meter' | 'page' | 'pagePatience'>> {
  /** The alternates of `painted`. */
  readonly alternates?: readonly string[];
  /** The version before `painted`. */
  readonly previous?: string;
}

/** The app over painted models, with fresh seeds 7, 8, 9, ... */
export function startApp(
  load: (version: string) => Promise<ServedModel> = async (version) => paintedModel(version),
  { alternates, previous, ...options }: AppParts = {},
) {
  const { log, lines } = recordedLog();
  let seed = 7;
  const model = registryOf(load, log, alternates, previous);
  const app = createApp({ model, freshSeed: () => seed++, log, page: emptyPage, ...options });
  const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
  return { app, get, lines, model };
}

/** A 200 with a picture, decoded. */
export async function pictureOf(response: Response): Promise<PNG> {
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('image/png');
  return PNG.sync.read(Buffer.from(await response.arrayBuffer()));
}

/** Problem details, checked. */
export async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  return problemSchema.parse(await response.json());
}

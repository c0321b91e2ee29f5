import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createApp } from '../../functions/generate/http/app.ts';
import { readPage } from '../../functions/generate/http/page-files.ts';
import { createLambdaHandler } from '../../functions/generate/lambda/lambda.ts';
import { loadModel } from '../../functions/generate/models/load-model.ts';
import { createModelRegistry } from '../../functions/generate/models/model-registry.ts';
import { onnxName } from '../../model/bundle/manifest.ts';
import { onnxInput } from '../../model/bundle/onnx-names.ts';
import { latentsFromSeeds } from '../../model/latent.ts';
import { openFolder } from '../../model/store/folder.ts';
import { httpEvent, invocation } from '../support/lambda-events.ts';
import { type BenchOptions, type Series, timed } from './measurement.ts';
import { startPeerService } from './peer-service.ts';

export interface HandlerBenchOptions extends BenchOptions {
  /** Cars of each contestant; default 2000. */
  readonly cars?: number;
}

/** Cars that one contestant draws before the next one's turn. */
const turn = 50;

/**
 * A warm function: an HTTP API's event in, a PNG in base64 out, beside the network alone on bare ONNX Runtime (one car, one
 * thread), which is the least that it could take, and the seed's service over one connection.
 */
export async function benchHandler({ cars = 2000, ...options }: HandlerBenchOptions): Promise<Series[]> {
  const contestants = [await bareRuntime(options), await ourHandler(options), ...(await peer(options))];
  try {
    for (const { draw } of contestants) for (let car = 0; car < turn; car++) await draw(car);
    for (let first = 0; first < cars; first += turn) {
      for (const { draw, samples } of contestants) {
        for (let car = first; car < first + turn; car++) samples.push(await timed(() => draw(car)));
      }
      options.progress(`handler: ${first + turn} of ${cars} cars`);
    }
  } finally {
    for (const { end } of contestants) await end();
  }
  return contestants.map(({ name, samples }) => ({ name, unit: 'ms', samples }));
}

interface Contestant {
  readonly name: string;
  readonly samples: number[];
  draw(seed: number): Promise<unknown>;
  end(): Promise<unknown>;
}

async function bareRuntime({ bundle }: BenchOptions): Promise<Contestant> {
  const source = await openFolder(bundle);
  const manifest = await source.readManifest((await source.readPointer())?.pointer.version ?? '');
  const threads = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(await source.readFile(manifest, onnxName), threads);
  const { latentSize } = manifest.architecture;
  const input = new Tensor('float32', latentsFromSeeds([0], latentSize), [1, latentSize]);
  const draw = () => session.run({ [onnxInput]: input });
  return { name: 'bare ONNX Runtime', samples: [], draw, end: () => session.release() };
}

async function ourHandler({ bundle, root }: BenchOptions): Promise<Contestant> {
  const source = await openFolder(bundle);
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const load = (version: string) => loadModel(source, version);
  const model = createModelRegistry({ source, load, log, now: () => performance.now() });
  let seed = 0;
  const app = createApp({ model, log, page: await readPage(`${root}/dist/page`), freshSeed: () => seed++ });
  const handler = createLambdaHandler({ app, model });
  const event = httpEvent('/car.png');
  return {
    name: 'handler',
    samples: [],
    async draw() {
      const answer = await handler(event, invocation);
      if (!('isBase64Encoded' in answer && answer.isBase64Encoded)) throw new Error('The handler drew no car.');
    },
    end: async () => undefined,
  };
}

async function peer({ peers }: BenchOptions): Promise<Contestant[]> {
  if (!peers) return [];
  const { name, address, stop } = await startPeerService('seed', peers);
  const draw = async () => (await fetch(address)).arrayBuffer();
  return [{ name, samples: [], draw, end: stop }];
}

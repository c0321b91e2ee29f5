import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { onnxInput, onnxOutput } from '../../../model/bundle/onnx-names.ts';
import type { EngineAnswer, EngineRequest } from './engine-messages.ts';

/**
 * Draws cars in the visitor's browser, apart from the page: only this worker may compile WebAssembly, and a page is never kept waiting
 * by a drawing. ONNX Runtime is the one that serves, compiled for browsers, so a seed is the same car here.
 */

/** The name of ONNX Runtime's program beside this file, packed; the build puts it here. */
declare const runtimeFile: string;

// A page of this service cannot share memory with its workers, which threads would need.
env.wasm.numThreads = 1;
env.logLevel = 'error';

let session: InferenceSession | undefined;
let latentSize = 0;

async function unpacked(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`${address}: ${response.status}`);
  return new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/** The network, in as many parts as the service sends it in. */
async function graphAt(base: string): Promise<Uint8Array> {
  const address = new URL(`${base}generator.onnx`, self.location.origin);
  const part = async (index: number) => {
    address.searchParams.set('part', String(index));
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return { count: Number(response.headers.get('X-Parts') ?? 1), bytes: await response.arrayBuffer() };
  };
  const first = await part(0);
  const others = await Promise.all(Array.from({ length: first.count - 1 }, (_, index) => part(index + 1)));
  return new Uint8Array(await new Blob([first.bytes, ...others.map(({ bytes }) => bytes)]).arrayBuffer());
}

async function load(request: Extract<EngineRequest, { kind: 'load' }>): Promise<void> {
  const [runtime, graph] = await Promise.all([
    unpacked(new URL(runtimeFile, self.location.href).href),
    graphAt(request.base),
  ]);
  env.wasm.wasmBinary = runtime;
  session = await InferenceSession.create(graph, { executionProviders: ['wasm'] });
  latentSize = request.latentSize;
}

async function draw(latents: Float32Array): Promise<Uint8Array> {
  if (!session) throw new Error('Nothing is loaded.');
  const input = new Tensor('float32', latents, [latents.length / latentSize, latentSize]);
  const { [onnxOutput]: cars } = await session.run({ [onnxInput]: input });
  if (!(cars?.data instanceof Uint8Array)) throw new Error('The network drew nothing.');
  return cars.data.slice();
}

self.addEventListener('message', async ({ data }: MessageEvent<EngineRequest>) => {
  const { id } = data;
  const answer = (message: EngineAnswer, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
  try {
    if (data.kind === 'load') {
      await load(data);
      answer({ id });
    } else {
      const cars = await draw(data.latents);
      answer({ id, cars }, [cars.buffer]);
    }
  } catch (error) {
    answer({ id, error: String(error) });
  }
});

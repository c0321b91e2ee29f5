import type { Architecture } from '../architecture/dcgan.ts';
import { onnxInput, onnxOutput } from '../bundle/onnx-names.ts';
import { FreshcarError } from '../errors.ts';
import type { Engine, Runtime } from './engine.ts';
import { loadRuntime } from './runtime.ts';

export interface OnnxEngineOptions {
  /** Threads that one drawing uses; 1 by default, since a Lambda has about one core and a server draws for many at once. */
  readonly threads?: number;
  /** Is told once when there is no native library for this system. */
  readonly warn?: (message: string) => void;
}

/**
 * How many cars one run of the session draws. More at once are no faster each (measured from 1 to 64 on one thread), hold
 * more memory, and keep everyone else waiting: a run takes the thread that asked for it until it is done.
 */
const carsAtOnce = 8;

/**
 * ONNX Runtime on the CPU. However many drawings are asked for at once, their runs take turns, first come, first served; the
 * process's event loop turns between two runs. A large drawing takes several turns.
 *
 * @throws FreshcarError `damaged-bundle` when the bytes are no graph, or one that is not of this architecture.
 */
export async function createOnnxEngine(
  onnx: Uint8Array,
  architecture: Pick<Architecture, 'latentSize' | 'imageSize'>,
  { threads = 1, warn = () => undefined }: OnnxEngineOptions = {},
): Promise<Engine> {
  const { latentSize, imageSize } = architecture;
  const runtime = await loadRuntime(warn);
  const session = await createSession(runtime, onnx, threads);
  const run = runnerOf(runtime, session, latentSize);
  try {
    await check(session, run, architecture);
  } catch (error) {
    await session.release();
    throw error;
  }
  const inTurn = takeTurns();
  return {
    name: 'onnx',
    latentSize,
    imageSize,
    draw: async (latents) => {
      const step = carsAtOnce * latentSize;
      if (latents.length <= step) return inTurn(() => run(latents));
      const cars = new Uint8Array((latents.length / latentSize) * imageSize * imageSize * 3);
      for (let from = 0, at = 0; from < latents.length; from += step) {
        const part = await inTurn(() => run(latents.slice(from, from + step)));
        cars.set(part, at);
        at += part.length;
      }
      return cars;
    },
    dispose: () => session.release(),
  };
}

/**
 * A queue of one. Without it all runs that were asked for in one turn of the event loop follow each other before it turns again:
 * requests that arrive meanwhile are not even read, and who just missed such a batch waits for two.
 */
function takeTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
}

/** Draws one car on trial, which also readies the runtime's memory for the first that is asked for. */
async function check(
  { inputNames, outputNames }: InferenceSession,
  run: Run,
  { latentSize, imageSize }: Pick<Architecture, 'latentSize' | 'imageSize'>,
): Promise<void> {
  const damaged = (why: string, cause?: unknown) =>
    new FreshcarError('damaged-bundle', `The ONNX graph ${why}.`, { cause });
  if (inputNames.join() !== onnxInput || outputNames.join() !== onnxOutput)
    throw damaged(
      `is no generator of freshcar: it makes ${outputNames.join()} of ${inputNames.join()}, not ${onnxOutput} of ${onnxInput}`,
    );
  const car = await run(new Float32Array(latentSize)).catch((cause) => {
    throw damaged(`does not take ${latentSize} numbers a car`, cause);
  });
  if (car.length !== imageSize * imageSize * 3) throw damaged(`does not draw cars of ${imageSize}x${imageSize} pixels`);
}

type InferenceSession = Awaited<ReturnType<Runtime['InferenceSession']['create']>>;

async function createSession(runtime: Runtime, onnx: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(onnx, {
      // Always said: the default follows the host's cores, not what this process may use of them.
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Warnings about the host's processor are nothing that an operator can act on.
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new FreshcarError('damaged-bundle', 'The ONNX graph cannot be loaded: it is damaged or of another kind.', {
      cause,
    });
  }
}

/** Draws cars by one run of the session. */
type Run = (latents: Float32Array) => Promise<Uint8Array>;

function runnerOf({ Tensor }: Runtime, session: InferenceSession, latentSize: number): Run {
  return async (latents) => {
    const input = new Tensor('float32', latents, [latents.length / latentSize, latentSize]);
    const { [onnxOutput]: pixels } = await session.run({ [onnxInput]: input });
    if (!(pixels?.data instanceof Uint8Array)) throw new Error(`the graph has no uint8 output ${onnxOutput}`);
    return pixels.data;
  };
}

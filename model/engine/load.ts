import { generator } from '../architecture/dcgan.ts';
import { type Manifest, onnxName, tfjsWeightsName } from '../bundle/manifest.ts';
import { checkOnnx } from '../bundle/onnx-check.ts';
import type { BundleSource } from '../store/store.ts';
import type { Engine } from './engine.ts';

export interface LoadEngineOptions {
  /** ONNX Runtime by default, which draws one car about ten times faster. */
  readonly engine?: Engine['name'];
  /** Threads that one drawing of ONNX Runtime uses; 1 by default. */
  readonly threads?: number;
  /** Is told when what draws has no native library. */
  readonly warn?: (message: string) => void;
}

/**
 * Loads what `manifest` describes, from where it lies.
 *
 * @throws FreshcarError as `BundleSource.readFile` does, and `damaged-bundle` when the files are not of the manifest's
 * architecture, or an engine should not be given them.
 */
export async function loadEngine(
  source: Pick<BundleSource, 'readFile'>,
  manifest: Manifest,
  options: LoadEngineOptions = {},
): Promise<Engine> {
  return { ...(await readEngine(source, manifest, options)), latentSpread: manifest.latent };
}

async function readEngine(
  source: Pick<BundleSource, 'readFile'>,
  manifest: Manifest,
  { engine = 'onnx', threads = 1, warn = () => undefined }: LoadEngineOptions,
): Promise<Engine> {
  // Each only when asked for: importing TensorFlow.js takes longer than all that ONNX Runtime does.
  if (engine === 'onnx') {
    const [{ createOnnxEngine }, onnx] = await Promise.all([import('./onnx.ts'), source.readFile(manifest, onnxName)]);
    checkOnnx(onnx, manifest.architecture);
    return createOnnxEngine(onnx, manifest.architecture, { threads, warn });
  }
  const [{ createTfjsEngine }, { readTfjsWeights }] = await Promise.all([
    import('./tfjs.ts'),
    import('../bundle/tfjs-format.ts'),
  ]);
  const weights = readTfjsWeights(generator(manifest.architecture), await source.readFile(manifest, tfjsWeightsName));
  return createTfjsEngine(weights, manifest.architecture, warn);
}

import { type Architecture, generator } from '../architecture/dcgan.ts';
import { foldNormalisation } from '../architecture/fold.ts';
import type { WeightValues } from '../architecture/network.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { drawCars } from '../tensorflow/draw.ts';
import { disposeTensors, weightTensors } from '../tensorflow/weights.ts';
import type { Engine } from './engine.ts';

/** TensorFlow.js on libtensorflow, or on plain JavaScript with a warning that says how slow that is. */
export async function createTfjsEngine(
  weights: WeightValues,
  architecture: Architecture,
  warn: (message: string) => void,
): Promise<Engine> {
  await loadTensorflow({ warn });
  const folded = foldNormalisation(generator(architecture), weights);
  const { network } = folded;
  const tensors = weightTensors(network, folded.weights);
  return {
    name: 'tfjs',
    latentSize: architecture.latentSize,
    imageSize: architecture.imageSize,
    draw: async (latents) => drawCars(network, tensors, latents),
    dispose: async () => disposeTensors(tensors),
  };
}

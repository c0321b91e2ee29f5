import { readFileSync } from 'node:fs';

/** Numbers that Keras gave for networks with the weights of `formulaWeights`; each file's note says how. */
export function kerasNumbers<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/keras/${name}.json`, import.meta.url), 'utf8'));
}

/** The pictures of the fixtures: pixel i of picture k is sin(0.013 i + k). */
export function formulaImages(count: number): Float32Array {
  const pixels = 32 * 32 * 3;
  return Float32Array.from({ length: count * pixels }, (_, at) =>
    Math.sin(0.013 * (at % pixels) + Math.floor(at / pixels)),
  );
}

/** The latent vectors of the fixtures: number j of car k is sin(0.11 j + k). */
export function formulaLatents(count: number, latentSize = 100): Float32Array {
  return Float32Array.from({ length: count * latentSize }, (_, at) =>
    Math.sin(0.11 * (at % latentSize) + Math.floor(at / latentSize)),
  );
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { loadEngine } from '../../../model/engine/load.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { importsOf } from '../../support/imports.ts';

const architecture = architectureSchema.parse({ latentSize: 6, channels: 8, baseChannels: 8 });

describe('loadEngine', () => {
  it('loads either engine from a bundle in a folder, and both draw its cars', async () => {
    const { source, manifest } = await smallBundle();
    const latents = latentsFromSeeds([1, 2, 3], 6);
    const [onnx, tfjs] = [
      await loadEngine(source, manifest),
      await loadEngine(source, manifest, { engine: 'tfjs', warn: () => undefined }),
    ];
    expect([onnx.name, tfjs.name]).toEqual(['onnx', 'tfjs']);
    expect(onnx).toMatchObject({ latentSize: 6, imageSize: 32 });
    const [one, other] = [await onnx.draw(latents), await tfjs.draw(latents)];
    expect(one).toHaveLength(3 * 32 * 32 * 3);
    const differences = Array.from(one, (value, at) => Math.abs(value - (other[at] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  it('hands on how the manifest says that the cars spread', async () => {
    const { source, manifest } = await smallBundle();
    expect((await loadEngine(source, manifest)).latentSpread).toBeUndefined();
    const latent = { scales: [0.5, 1], spreads: [0.25, 1] };
    expect((await loadEngine(source, { ...manifest, latent })).latentSpread).toEqual(latent);
  });

  it.each([
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, -1), / is damaged: it has \d+ bytes instead of \d+\.$/],
    ['has a changed byte', flipOneBit, / is damaged: its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}\.$/],
    ['is empty', () => Buffer.alloc(0), / is damaged: it has 0 bytes instead of \d+\.$/],
  ])('refuses a file that %s, and says which and why', async (_, damage, sentence) => {
    for (const [engine, name] of [
      ['onnx', 'generator.onnx'],
      ['tfjs', 'weights.bin'],
    ] as const) {
      const { path, source, manifest } = await smallBundle();
      const file = join(path, name);
      await writeFile(file, damage(await readFile(file)));
      const loading = loadEngine(source, manifest, { engine });
      await expect(loading).rejects.toThrow(sentence);
      await expect(loading).rejects.toThrow(file);
      await expect(loading).rejects.toMatchObject({ code: 'damaged-bundle' });
    }
  });

  it('names a file that is missing', async () => {
    const { path, source, manifest } = await smallBundle();
    await rm(join(path, 'generator.onnx'));
    await expect(loadEngine(source, manifest)).rejects.toThrow('generator.onnx');
  });

  it('imports neither engine until it is asked for', async () => {
    const { ever, atOnce } = await importsOf('model/engine/load.ts');
    const ofEngines = (path: string) => /^(@tensorflow\/|onnxruntime)/.exec(path)?.[1];
    // Both are in the build at all.
    expect(ever.map(ofEngines)).toEqual(expect.arrayContaining(['onnxruntime', '@tensorflow/']));
    expect(atOnce.filter(ofEngines)).toEqual([]);
  });
});

async function smallBundle() {
  const path = join(await mkdtemp(join(tmpdir(), 'freshcar-engine-')), 'bundle');
  const about = { version: 'small-1', architecture, code: { name: 'freshcar', version: '0.0.0' } };
  const manifest = await writeBundle(path, { about, weights: formulaWeights(generator(architecture)) });
  return { path, source: await openFolder(path), manifest };
}

function flipOneBit(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[1000] = (changed[1000] ?? 0) ^ 1;
  return changed;
}

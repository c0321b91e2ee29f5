import { readFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { generator } from '../architecture/dcgan.ts';
import { type ImportedGenerator, importKerasGenerator } from '../bundle/keras-import.ts';
import { exportOnnx } from '../bundle/onnx-export.ts';
import { encodeSamples, sampleLatents, samplesName } from '../bundle/samples.ts';
import { writeBundle } from '../bundle/write.ts';
import { createOnnxEngine } from '../engine/onnx.ts';
import { sha256 } from '../files.ts';
import type { Terminal } from '../terminal.ts';
import { type BundleFlags, readBundleFlags } from './bundle-flags.ts';

export async function runImportKeras(file: string, flags: BundleFlags, terminal: Terminal): Promise<void> {
  const { version, card } = await readBundleFlags(flags);
  const imported = await importKerasGenerator(file);
  const about = {
    version: version ?? `keras-${sha256(await readFile(file)).slice(0, 12)}`,
    architecture: imported.architecture,
    code: { name: packageJson.name, version: packageJson.version },
  };
  const extras = { [samplesName]: await drawSamples(imported), ...(card !== undefined && { 'card.md': card }) };
  const content = { about, weights: imported.weights, extras };
  const manifest = await writeBundle(flags.out, content, { replace: flags.replace ?? false });
  terminal.out.write(`Model ${manifest.version} in ${flags.out}\n`);
}

async function drawSamples({ architecture, weights }: ImportedGenerator): Promise<Uint8Array> {
  const engine = await createOnnxEngine(exportOnnx(generator(architecture), weights), architecture);
  const cars = await engine.draw(sampleLatents(architecture.latentSize));
  await engine.dispose();
  return encodeSamples(cars, architecture.imageSize);
}

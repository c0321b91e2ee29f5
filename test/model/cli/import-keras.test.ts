import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { generator } from '../../../model/architecture/dcgan.ts';
import { importKerasGenerator } from '../../../model/bundle/keras-import.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { freshcar } from '../../support/command-line.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/keras/${name}`, import.meta.url));
const small = fixture('small_gen.h5');

let folder: string;
let bundle: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  bundle = join(folder, 'bundle');
});

const importKeras = (file: string, ...flags: string[]) => freshcar(['import-keras', file, '--out', bundle, ...flags]);

describe('freshcar import-keras', () => {
  it('takes over every weight of a file that Keras saved, bit for bit', async () => {
    const { architecture, weights } = await importKerasGenerator(small);
    expect(architecture).toMatchObject({ latentSize: 10, imageSize: 32, depth: 3, baseChannels: 8, channels: 8 });
    expect(weights).toEqual(formulaWeights(generator(architecture)));
  });

  it('makes a bundle whose graph draws the pixels that Keras draws', async () => {
    const { code, out } = await importKeras(small, '--version', 'student-1');
    expect(code).toBe(0);
    expect(out).toBe(`Model student-1 in ${bundle}\n`);
    const { car0 } = kerasNumbers<{ car0: number[] }>('small_gen');
    const size = { latentSize: 10, imageSize: 32 } as const;
    const engine = await createOnnxEngine(await readFile(join(bundle, 'generator.onnx')), size);
    const drawn = await engine.draw(formulaLatents(1, 10));
    await engine.dispose();
    // From [-1, 1] to bytes; a value near the middle between two may go either way.
    car0.forEach((value, at) => {
      expect(Math.abs((drawn[at] ?? Number.NaN) - (value * 127.5 + 127.5))).toBeLessThan(0.51);
    });
  });

  it('leaves all that a bundle has, and it can be drawn from', async () => {
    const card = join(folder, 'card.md');
    await writeFile(card, '# A student\n');
    await importKeras(small, '--card', card);
    const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'));
    expect(Object.keys(manifest.files).sort()).toEqual(
      ['card.md', 'generator.onnx', 'model.json', 'samples.png', 'weights.bin'].sort(),
    );
    expect(manifest.version).toMatch(/^keras-[0-9a-f]{12}$/);
    const sheet = ['--model', bundle, '--count', '4', '--sheet', join(folder, 'sheet.png')];
    expect((await freshcar(['sample', ...sheet])).code).toBe(0);
  });

  it('does not take the place of a bundle unless it may', async () => {
    await importKeras(small);
    expect(await importKeras(small)).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
    expect((await importKeras(small, '--replace')).code).toBe(0);
  });
});

describe('freshcar import-keras refuses', () => {
  it('a generator with another layer, by the name of the layer', async () => {
    const { code, err } = await importKeras(fixture('foreign_gen.h5'));
    expect(code).toBe(2);
    expect(err).toBe(
      `error: ${fixture('foreign_gen.h5')} cannot be imported: its layer up_sampling2d (UpSampling2D) is of a kind that ` +
        'generators here do not have.\n',
    );
  });

  /** The fixture with one text in its description of the layers put in place of another of the same length. */
  async function changed(from: string, to: string): Promise<string> {
    const bytes = await readFile(small);
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    expect(to).toHaveLength(from.length);
    bytes.write(to, at, 'latin1');
    const path = join(folder, 'changed.h5');
    await writeFile(path, bytes);
    return path;
  }

  it.each([
    ['another slope', '"alpha": 0.20000000298023224', '"alpha": 0.30000000298023224', 'leaky_re_lu_4 has slope 0.3'],
    [
      'another kernel',
      '"kernel_size": [4, 4], "strides": [2, 2]',
      '"kernel_size": [4, 4], "strides": [1, 1]',
      'has stride 1',
    ],
    [
      'valid padding',
      '"padding": "same"',
      '"padding":"valid"',
      'conv2d_transpose_3 (Conv2DTranspose) cannot be taken over: padding',
    ],
    [
      'another end',
      '"activation": "tanh"',
      '"activation": "relu"',
      'conv2d_1 (Conv2D) cannot be taken over: activation',
    ],
  ])('%s, by the name of the layer and what differs', async (_, from, to, sentence) => {
    const { code, err } = await importKeras(await changed(from, to));
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it('what is no Keras file, a cut-off one and a missing one, in a sentence', async () => {
    const text = join(folder, 'text.h5');
    await writeFile(text, 'not a model');
    expect(await importKeras(text)).toMatchObject({ code: 2, err: expect.stringContaining('it is no HDF5 file') });
    const cut = join(folder, 'cut.h5');
    await writeFile(cut, (await readFile(small)).subarray(0, 20_000));
    expect(await importKeras(cut)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: .+cut\.h5 cannot be imported: .+\.\n$/),
    });
    expect(await importKeras(join(folder, 'none.h5'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('none.h5'),
    });
  });
});

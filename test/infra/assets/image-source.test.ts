import { existsSync, readFileSync } from 'node:fs';
import esbuild from 'esbuild';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readImageSource } from '../../../infra/assets/image-source.ts';

/** Each image's Dockerfile, and what it is built of beside the project's own files: what a synth builds first. */
const images = [
  ['training', 'model/container/Dockerfile', []],
  ['function', 'functions/generate/Dockerfile', ['dist/lambda-tfjs']],
] as const;

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));

describe.each(images)("the %s's image", (_, dockerfile, builtFirst: readonly string[]) => {
  const { file, exclude } = readImageSource('.', dockerfile);

  it('is built of the files that its Dockerfile copies, and of no others', () => {
    const copied = linesOf(file).flatMap((line) => /^COPY (?!--from)(.*) \S+$/.exec(line)?.[1]?.split(' ') ?? []);
    const included = exclude.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const names = copied.map((name) => name.replace(/\/$/, ''));
    expect([...names, file].sort()).toEqual(included.sort());
    expect(names.filter((name) => !existsSync(name) && !builtFirst.includes(name))).toEqual([]);
    expect(exclude[0]).toBe('*');
  });

  it('starts Node.js as its first process, so that signals reach it', () => {
    expect(linesOf(file).join('\n')).toMatch(/^ENTRYPOINT \["node", "\/opt\/[^"]+"\]$/m);
  });

  it('is built on a Node.js of one version', () => {
    const bases = linesOf(file).flatMap((line) => /^ARG (?:NODE|BASE)=(.+)$/.exec(line)?.[1] ?? []);
    expect(bases).toEqual(['node:24-bookworm', 'node:24-bookworm-slim']);
  });
});

it("both images begin with the same steps up to TensorFlow's library, so that it is made once for both", () => {
  const [training = [], cars = []] = images.map(([, file]) => {
    const lines = linesOf(file);
    return lines.slice(
      lines.findIndex((line) => line.startsWith('FROM')),
      lines.findIndex((line) => line.startsWith('RUN npm rebuild')) + 1,
    );
  });
  expect(cars).toEqual(training);
  expect(cars.at(-1)).toBe('RUN npm rebuild --foreground-scripts @tensorflow/tfjs-node');
});

describe("the training's image", () => {
  const dependencies = z.record(z.string(), z.string()).default({});
  const packageSchema = z.object({ dependencies, optionalDependencies: dependencies });
  const lock = z
    .object({ packages: z.record(z.string(), packageSchema) })
    .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

  /** The packages that the container's program imports, and all that those need themselves. */
  async function needed(): Promise<Set<string>> {
    const { metafile } = await esbuild.build({
      entryPoints: ['model/container/main.ts'],
      bundle: true,
      write: false,
      outdir: 'nowhere',
      format: 'esm',
      splitting: true,
      platform: 'node',
      packages: 'external',
      metafile: true,
    });
    const imported = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path))
      .filter((path) => !path.startsWith('node:'))
      .map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
    // These are asked for by `require`, so that their absence can be outlived.
    const open = [...imported, '@tensorflow/tfjs-node', 'onnxruntime-node'];
    const found = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const entry = lock.packages[`node_modules/${name}`];
      if (found.has(name) || entry === undefined) continue;
      found.add(name);
      open.push(...Object.keys(entry.dependencies), ...Object.keys(entry.optionalDependencies));
    }
    return found;
  }

  it('is left just the packages that a training needs', async () => {
    const packages = await needed();
    const dockerfile = readFileSync('model/container/Dockerfile', 'utf8').replaceAll('\\\n', '');
    const removed = [...dockerfile.matchAll(/rm -rf ([^&\n]+?) +&&/g)].flatMap(
      ([, names]) => names?.trim().split(/ +/) ?? [],
    );
    const isRemoved = (name: string) => removed.some((one) => name === one || name.startsWith(`${one}/`));
    expect(packages.size).toBeGreaterThan(30);
    expect([...packages].filter(isRemoved)).toEqual([]);
    const own = Object.keys(lock.packages['']?.dependencies ?? {});
    expect(own.filter((name) => !packages.has(name) && !isRemoved(name))).toEqual([]);
    // WebAssembly for where ONNX Runtime has no native library, which on this image it has: the package is named by an import.
    expect(removed).toContain('onnxruntime-web/dist');
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

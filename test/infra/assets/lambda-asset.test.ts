import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOnce } from '../lambda-output.ts';

type Build = Awaited<ReturnType<typeof buildOnce>>;
let built: Build;
let portable: Build;

beforeAll(async () => {
  [built, portable] = [await buildOnce(), await buildOnce('generate', 'wasm')];
});
afterAll(() => {
  for (const { remove } of [built, portable]) remove();
});

/** The files of a zip: their names, and how to get their bytes. */
function open({ asset: { folder } }: Build) {
  const bytesOf = (name: string) => readFileSync(path.join(folder, name));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(folder, name)).isFile(),
  );
  const unpacked = files.reduce((sum, name) => sum + bytesOf(name).length, 0);
  // Each file deflated, its two headers with its name in both, and the end record.
  const packed = files.reduce((sum, name) => sum + deflateRawSync(bytesOf(name)).length + 76 + 2 * name.length, 22);
  // ONNX Runtime for browsers, which lies in the zip packed already and leaves it as it is.
  const sent = files.filter((name) => name.endsWith('.wasm.gz')).reduce((sum, name) => sum + bytesOf(name).length, 0);
  return { files, bytesOf, packed, unpacked, sent };
}

/** The packages that lie beside the handler. */
function packagesIn(files: readonly string[]): string[] {
  const inModules = files.map((name) => name.split('/')).filter(([top]) => top === 'node_modules');
  return [...new Set(inModules.map((at) => at[1] ?? ''))].sort();
}

type Files = ReturnType<typeof open>;

function isOwn(name: string): boolean {
  return /^(handler|chunks\/[^/]+)\.mjs$/.test(name);
}

function allCode({ files, bytesOf }: Files): string {
  return files.filter(isOwn).map(bytesOf).join('');
}

/** The handler, the two modules that it imports on its way to a car, and all that these import without being asked. */
function codeForFirstCar({ files, bytesOf }: Files): string {
  const found = new Set(['handler.mjs', ...files.filter((name) => /^chunks\/(create-handler|onnx)-/.test(name))]);
  expect(found.size).toBe(3);
  for (const name of found)
    for (const [, other] of bytesOf(name)
      .toString()
      .matchAll(/(?:from|import)"(\.[^"]+)"/g))
      found.add(path.posix.join(path.posix.dirname(name), other ?? ''));
  return [...found].map(bytesOf).join('');
}

describe("the function's zip", () => {
  it('holds native code for Linux x64 and for nothing else', () => {
    const { files, bytesOf } = open(built);
    const native = files.filter((name) => /\.(node|so|dll|dylib)(\.|$)/.test(name));
    expect(native.length).toBeGreaterThan(1);
    for (const name of native) {
      expect(name).toMatch(/^node_modules\/onnxruntime-node\/bin\/napi-v6\/linux\/x64\//);
      const header = bytesOf(name);
      // ELF, 64 bits; machine 62 is x86-64.
      expect([header.toString('latin1', 1, 4), header[4], header.readUInt16LE(18)]).toEqual(['ELF', 2, 62]);
    }
  });

  it('holds no TensorFlow, no types and no source maps', () => {
    const { files } = open(built);
    expect(files.filter((name) => /tensorflow|tfjs|\.d\.ts$|\.map$|cuda|tensorrt/i.test(name))).toEqual([]);
    const code = allCode(open(built));
    expect(code.includes('FusedBatchNormV3')).toBe(false);
    // One of zod's messages in English and in German.
    expect([code.includes('Invalid input'), code.includes('Ungültige Eingabe')]).toEqual([true, false]);
  });

  it('imports one package by name, of which nothing but the library lies beside it', () => {
    expect(built.asset.packages).toEqual(['onnxruntime-node']);
    const { files } = open(built);
    expect(packagesIn(files)).toEqual(['onnxruntime-node']);
    expect(files.filter((name) => name.startsWith('node_modules/') && /js$/.test(name))).toEqual([]);
  });

  it('needs less than 700 kB of code for its first car, and nothing of the client of AWS', () => {
    const code = codeForFirstCar(open(built));
    expect(code.length).toBeLessThan(700e3);
    expect([code.includes('createApp'), code.includes('onnxruntime_binding')]).toEqual([true, true]);
    expect(code.includes('GetObjectCommand')).toBe(false);
    expect(allCode(open(built)).includes('GetObjectCommand')).toBe(true);
  });

  it('holds the page', () => {
    const page = open(built)
      .files.filter((name) => name.startsWith('page/'))
      .sort();
    expect(page.map((name) => name.replace(/-[0-9a-f]{12}/, '-HASH'))).toEqual([
      'page/assets/engine-HASH.js',
      'page/assets/ort-HASH.wasm.gz',
      'page/explorer.html',
      'page/explorer.js',
      'page/find.html',
      'page/find.js',
      'page/layout.html',
      'page/morph.html',
      'page/morph.js',
      'page/style.css',
      'page/wall.html',
      'page/wall.js',
    ]);
  });

  it('weighs less than 22 MB packed, and 60 MB unpacked of the 250 that Lambda takes, beside what browsers draw with', () => {
    const { packed, unpacked, sent } = open(built);
    expect(packed - sent).toBeLessThan(22e6);
    expect(unpacked - sent).toBeLessThan(60e6);
  });

  it('has nothing for browsers that one answer of a function could not hold', () => {
    // 6 MB, of which base64 takes a fourth.
    expect(open(built).sent).toBeLessThan(4.5e6);
  });
});

describe("the function's zip for arm64", () => {
  it('holds no native code, but three files of the WebAssembly build', () => {
    const { files, bytesOf } = open(portable);
    // How libraries begin on Linux, Windows and macOS.
    const native = files.filter((name) =>
      /^(\x7fELF|MZ|\xcf\xfa\xed\xfe)/.test(bytesOf(name).toString('latin1', 0, 4)),
    );
    expect(native).toEqual([]);
    expect(files.filter((name) => name.includes('onnxruntime-web')).sort()).toEqual([
      'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
      'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
      'node_modules/onnxruntime-web/dist/ort.node.min.mjs',
      'node_modules/onnxruntime-web/package.json',
    ]);
  });

  it('imports one package by name, which lies beside it with all that it needs', () => {
    const { files } = open(portable);
    expect(portable.asset.packages).toEqual(['onnxruntime-web']);
    expect(packagesIn(files)).toEqual(['onnxruntime-common', 'onnxruntime-web']);
    expect(allCode(open(portable)).includes('onnxruntime-node')).toBe(false);
  });

  it('weighs less than 5 MB packed, and 20 MB unpacked, beside what browsers draw with', () => {
    const { packed, unpacked, sent } = open(portable);
    expect(packed - sent).toBeLessThan(5e6);
    expect(unpacked - sent).toBeLessThan(20e6);
  });
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaAsset } from '../../infra/lambda-asset.ts';
import { buildOnce } from './lambda-output.ts';

let asset: LambdaAsset;
let remove: () => void;
let files: string[];

beforeAll(async () => {
  ({ asset, remove } = await buildOnce());
  files = readdirSync(asset.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(asset.folder, name)).isFile(),
  );
});
afterAll(() => remove());

const bytesOf = (name: string) => readFileSync(path.join(asset.folder, name));

/** What a zip of the folder weighs: each file deflated, its two headers with its name in both, and the end record. */
function zipSize(): number {
  return files.reduce((sum, name) => sum + deflateRawSync(bytesOf(name)).length + 30 + 46 + 2 * name.length, 22);
}

describe("the function's zip", () => {
  it('holds native code for Linux x64 and for nothing else', () => {
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
    expect(files.filter((name) => /tensorflow|tfjs|\.d\.ts$|\.map$|cuda|tensorrt/i.test(name))).toEqual([]);
    expect(bytesOf('handler.mjs').includes('FusedBatchNormV3')).toBe(false);
  });

  it('imports one package by name, which lies beside it with all that it needs', () => {
    expect(asset.packages).toEqual(['onnxruntime-node']);
    const folders = new Set(
      files
        .map((name) => name.split('/'))
        .filter(([top]) => top === 'node_modules')
        .map((at) => at[1]),
    );
    expect([...folders].sort()).toEqual(['onnxruntime-common', 'onnxruntime-node']);
  });

  it('holds the page', () => {
    const page = files.filter((name) => name.startsWith('page/')).sort();
    expect(page).toEqual(['page/explorer.js', 'page/index.html', 'page/style.css']);
  });

  it('weighs less than 22 MB packed, and 60 MB unpacked of the 250 that Lambda takes', () => {
    const unpacked = files.reduce((sum, name) => sum + bytesOf(name).length, 0);
    expect(zipSize()).toBeLessThan(22e6);
    expect(unpacked).toBeLessThan(60e6);
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import { entryOf, parseManifest, verifyFile } from '../../../model/bundle/read.ts';
import { FreshcarError } from '../../../model/errors.ts';

describe('a manifest', () => {
  const valid = {
    format: 1,
    version: 'test-1',
    architecture: { latentSize: 4 },
    code: { name: 'freshcar', version: '0.0.0' },
    files: { 'generator.onnx': { bytes: 3, sha256: 'a'.repeat(64) } },
  };

  it('is read with the defaults of what it leaves out', () => {
    const { version, architecture, scores } = parseManifest(JSON.stringify(valid), 'there');
    expect(version).toBe('test-1');
    expect(architecture).toMatchObject({ latentSize: 4, imageSize: 32, depth: 3 });
    expect(scores).toEqual({});
  });

  it.each([
    ['is no JSON', '{"format": 1,', 'it is no JSON'],
    ['is of a format that is not known', { ...valid, format: 2 }, 'format: '],
    ['is a list', [], 'it: '],
    [
      'is of an architecture that does not exist',
      { ...valid, architecture: { imageSize: 33 } },
      'architecture.imageSize: ',
    ],
    [
      'has a size that is no number of bytes',
      { ...valid, files: { 'a.bin': { bytes: -1, sha256: 'a'.repeat(64) } } },
      'files.a.bin.bytes: ',
    ],
    ['has no version', { ...valid, version: undefined }, 'version: '],
    ['has a version that leads out of its folder', { ...valid, version: '../other' }, 'version: '],
    [
      'names a file that leads out of its folder',
      { ...valid, files: { '../x': valid.files['generator.onnx'] } },
      'files',
    ],
    [
      'has a SHA-256 that is none',
      { ...valid, files: { 'a.bin': { bytes: 1, sha256: 'xyz' } } },
      'files.a.bin.sha256: ',
    ],
    ['has a field that nothing reads', { ...valid, extra: true }, 'extra'],
  ])('that %s is refused by name', (_, content, sentence) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    expect(() => parseManifest(text, 'there')).toThrow(sentence);
    expect(() => parseManifest(text, 'there')).toThrow('manifest.json in there');
  });

  it('is refused as damaged, and never with another error, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ ...valid, files: value })),
        ),
        (text) => {
          const thrown = errorOf(() => parseManifest(text, 'there'));
          if (thrown === undefined) expect(manifestSchema.safeParse(JSON.parse(text)).success).toBe(true);
          else
            expect(thrown).toMatchObject({
              code: 'damaged-bundle',
              message: expect.stringContaining('manifest.json in there'),
            });
        },
      ),
    );
  });

  it('says which file it does not list', () => {
    expect(() => entryOf(parseManifest(JSON.stringify(valid), 'there'), 'card.md')).toThrow('lists no file card.md');
  });
});

describe('a file of a bundle', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const entry = { bytes: 3, sha256: createHash('sha256').update(bytes).digest('hex') };

  it('passes when it is what the manifest says', () => {
    expect(verifyFile(bytes, entry, 'a.bin')).toBe(bytes);
  });

  it('is refused when it is cut off or changed, in a sentence that says how', () => {
    expect(() => verifyFile(bytes.subarray(1), entry, 'a.bin')).toThrow(
      'a.bin is damaged: it has 2 bytes instead of 3',
    );
    expect(() => verifyFile(Uint8Array.of(1, 2, 4), entry, 'a.bin')).toThrow('a.bin is damaged: its SHA-256 is');
  });

  it('is refused after any change at all', () => {
    const files = fc.uint8Array({ minLength: 1, maxLength: 50 });
    const changes = fc.oneof(
      fc
        .record({ at: fc.nat(49), bits: fc.integer({ min: 0, max: 255 }) })
        .map(({ at, bits }) => (file: Uint8Array) => {
          return file.map((byte, index) => (index === at % file.length ? byte ^ bits : byte));
        }),
      fc.nat(50).map((length) => (file: Uint8Array) => file.subarray(0, length)),
      files.map((other) => () => other),
    );
    fc.assert(
      fc.property(files, changes, (written, change) => {
        const found = change(written);
        const sum = createHash('sha256').update(written).digest('hex');
        const thrown = errorOf(() => verifyFile(found, { bytes: written.length, sha256: sum }, 'a.bin'));
        expect(thrown === undefined).toBe(Buffer.from(written).equals(found));
      }),
    );
  });
});

function errorOf(work: () => unknown): FreshcarError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof FreshcarError) return error;
    throw error;
  }
}

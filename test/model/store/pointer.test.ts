import { describe, expect, it } from 'vitest';
import { formatPointer, movedPointer, offeringPointer, parsePointer } from '../../../model/store/pointer.ts';

const parse = (text: string) => parsePointer(text, 'current.json', 'etag');
const names = (count: number) => Array.from({ length: count }, (_, at) => `model-${at}`);

describe('a pointer', () => {
  it.each([
    { version: 'one' },
    { version: 'two', previous: 'one' },
    { version: 'two', alternates: ['large'] },
    { version: 'two', previous: 'one', alternates: ['large', 'one', 'larger'] },
    { version: 'two', alternates: names(8) },
  ])('is read as it was written: %j', (pointer) => {
    expect(parse(formatPointer(pointer))).toEqual(pointer);
    expect(formatPointer(parse(formatPointer(pointer)))).toBe(`${JSON.stringify(pointer)}\n`);
  });

  it('without alternates says no more than one that never did', () => {
    expect(parse('{"version":"one","alternates":[]}')).toEqual({ version: 'one' });
    expect(offeringPointer({ version: 'one', previous: 'two', alternates: ['large'] }, [])).toEqual({
      version: 'one',
      previous: 'two',
    });
  });

  it('is read as version 0.1 wrote it, and written anew in the words of today', () => {
    const old = '{"version":"two","previous":"one","beside":["large"]}';
    const pointer = { version: 'two', previous: 'one', alternates: ['large'] };
    expect(parse(old)).toEqual(pointer);
    expect(formatPointer(parse(old))).toBe(`${JSON.stringify(pointer)}\n`);
  });

  it.each(['{"version":"one","beside":["one"]}', '{"version":"one","beside":["a"],"alternates":["b"]}'])(
    'is refused in the old words as in the new: %s',
    (text) => expect(() => parse(text)).toThrow('names no model version'),
  );

  it.each([
    ['a version that is none', ['../secrets']],
    ['the current version', ['one']],
    ['a version twice', ['large', 'large']],
    ['nine versions', names(9)],
    ['no list', 'large'],
  ])('is refused when it offers %s', (_, alternates) => {
    expect(() => parse(JSON.stringify({ version: 'one', alternates }))).toThrow(
      /names no model version \([\s\S]*alternates/,
    );
  });
});

describe('a pointer that moves', () => {
  const pointer = { version: 'one', previous: 'zero', alternates: ['large', 'two'] };

  it('remembers where it stood, and goes on offering what it offered', () => {
    expect(movedPointer(pointer, 'three')).toEqual({ version: 'three', previous: 'one', alternates: ['large', 'two'] });
    expect(movedPointer(undefined, 'one')).toEqual({ version: 'one' });
  });

  it('no longer names as an alternate what becomes the current one', () => {
    expect(movedPointer(pointer, 'two')).toEqual({ version: 'two', previous: 'one', alternates: ['large'] });
    expect(movedPointer({ version: 'one', alternates: ['two'] }, 'two')).toEqual({ version: 'two', previous: 'one' });
  });

  it('to where it stands stays as it is', () => {
    expect(movedPointer(pointer, 'one')).toEqual(pointer);
  });
});

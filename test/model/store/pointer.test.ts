import { describe, expect, it } from 'vitest';
import { formatPointer, movedPointer, offeringPointer, parsePointer } from '../../../model/store/pointer.ts';

const parse = (text: string) => parsePointer(text, 'current.json', 'etag');
const names = (count: number) => Array.from({ length: count }, (_, at) => `model-${at}`);

describe('a pointer', () => {
  it.each([
    { version: 'one' },
    { version: 'two', previous: 'one' },
    { version: 'two', beside: ['large'] },
    { version: 'two', previous: 'one', beside: ['large', 'one', 'larger'] },
    { version: 'two', beside: names(8) },
  ])('is read as it was written: %j', (pointer) => {
    expect(parse(formatPointer(pointer))).toEqual(pointer);
    expect(formatPointer(parse(formatPointer(pointer)))).toBe(`${JSON.stringify(pointer)}\n`);
  });

  it('that offers nothing beside the current model says no more than one that never did', () => {
    expect(parse('{"version":"one","beside":[]}')).toEqual({ version: 'one' });
    expect(offeringPointer({ version: 'one', previous: 'two', beside: ['large'] }, [])).toEqual({
      version: 'one',
      previous: 'two',
    });
  });

  it.each([
    ['a version that is none', ['../secrets']],
    ['the current version', ['one']],
    ['a version twice', ['large', 'large']],
    ['nine versions', names(9)],
    ['no list', 'large'],
  ])('is refused when it offers %s', (_, beside) => {
    expect(() => parse(JSON.stringify({ version: 'one', beside }))).toThrow(/names no model version \([\s\S]*beside/);
  });
});

describe('a pointer that moves', () => {
  const pointer = { version: 'one', previous: 'zero', beside: ['large', 'two'] };

  it('remembers where it stood, and goes on offering what it offered', () => {
    expect(movedPointer(pointer, 'three')).toEqual({ version: 'three', previous: 'one', beside: ['large', 'two'] });
    expect(movedPointer(undefined, 'one')).toEqual({ version: 'one' });
  });

  it('offers no longer beside the current model what becomes the current one', () => {
    expect(movedPointer(pointer, 'two')).toEqual({ version: 'two', previous: 'one', beside: ['large'] });
    expect(movedPointer({ version: 'one', beside: ['two'] }, 'two')).toEqual({ version: 'two', previous: 'one' });
  });

  it('to where it stands stays as it is', () => {
    expect(movedPointer(pointer, 'one')).toEqual(pointer);
  });
});

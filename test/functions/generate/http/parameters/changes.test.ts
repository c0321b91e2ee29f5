import { describe, expect, it } from 'vitest';
import { changesOf } from '../../../../../functions/generate/http/parameters/changes.ts';
import { lookQuery } from '../../../../../functions/generate/http/parameters/look.ts';
import { parseParameters } from '../../../../../functions/generate/http/parameters/parse.ts';

const parse = (warmth: string) => parseParameters(lookQuery, { warmth });

describe('a change of one thing about a car', () => {
  it.each([
    ['3', 3],
    ['-3', -3],
    ['3.00', 3],
    ['-0.25', -0.25],
  ])('reaches from -3 to 3, both included: %s', (text, warmth) => {
    expect(parse(text)).toMatchObject({ warmth });
  });

  it.each(['3.01', '-3.01', '4', '0.125', '+1', '1.'])('is refused by name: %s', (text) => {
    expect(() => parse(text)).toThrow('warmth must be a number from -3 to 3 with at most 2 decimals.');
  });

  it('is none where it is 0 or left out', () => {
    expect(changesOf({ ...parse('0'), lamps: 2 })).toEqual({ lamps: 2 });
  });
});

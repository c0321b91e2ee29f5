import { expect, it } from 'vitest';
import { parseManifest } from '../../model/bundle/read.ts';
import { parseJson } from '../../model/json.ts';

it('reads JSON that an editor of Windows put a byte-order mark before', () => {
  expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 });
  expect(() => parseJson('\ufeff{')).toThrow(SyntaxError);
  expect(() => parseManifest('\ufeff{}', 'here')).toThrow('format');
});

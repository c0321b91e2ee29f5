import { describe, expect, it } from 'vitest';
import { mutate, mutationsOf } from './mutations.ts';

const variants = (source: string) => mutationsOf('a.ts', source).map((mutation) => mutate(source, mutation));

describe('the changes that break code on purpose', () => {
  it.each([
    ['const a = b < c;', ['const a = b <= c;']],
    ['if (a && !b) d();', ['if (!(a && !b)) d();', 'if (a || !b) d();', 'if (a && b) d();', 'if (a && !b) ;']],
    ['const a = b ? 1 : "x";', ['const a = b ? "x" : 1;', 'const a = b ? 2 : "x";']],
    [
      "const a = { b, c: 'max-age=300' };",
      ["const a = {  c: 'max-age=300' };", 'const a = { b,  };', "const a = { b, c: 'max-age=301' };"],
    ],
    [
      'const a = Math.min(0.5, b) - 1;',
      [
        'const a = Math.max(0.5, b) - 1;',
        'const a = Math.min(1, b) - 1;',
        'const a = Math.min(0.5, b) + 1;',
        'const a = Math.min(0.5, b) - 2;',
      ],
    ],
  ])('%s', (source, expected) => {
    expect(variants(source).sort()).toEqual([...expected].sort());
  });

  it('leave types, imports and what people read alone', () => {
    expect(variants("import { a } from './a1.ts';\ntype B = 1 | 2;\nthrow new Error('in 3 days');\n")).toEqual([]);
    expect(variants("const a = new FreshcarError('x', 'in 3 days', { cause });")).toEqual([]);
    expect(variants("const a = { description: '1 < 2' };")).toEqual(['const a = {  };']);
  });

  it('know the line that they are in', () => {
    expect(mutationsOf('a.ts', '// é\n\na = b * c;')).toEqual([{ start: 12, end: 13, replacement: '/', line: 3 }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainHeaders } from '../../../../functions/generate/http/plain-headers.ts';

const names = fc.constantFrom('ETag', 'etag', 'Link', 'X-Car-Seed', 'Content-Type', 'content-type', 'Vary');
/** Texts of bytes, blanks around them too, and some that no header may have. */
const values = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 12 }),
  fc.constantFrom(' a ', '\ta\t', 'a\r\nSet-Cookie: b', 'ü', 'ж', ''),
);
const steps = fc.array(
  fc.record({ operation: fc.constantFrom('set', 'append', 'delete', 'get', 'has'), name: names, value: values }),
);

/** What a step gives, or that it is refused. */
function take(
  headers: Headers | PlainHeaders,
  { operation, name, value }: Record<'operation' | 'name' | 'value', string>,
) {
  try {
    if (operation === 'set') return headers.set(name, value);
    if (operation === 'append') return headers.append(name, value);
    if (operation === 'delete') return headers.delete(name);
    return operation === 'get' ? headers.get(name) : headers.has(name);
  } catch (error) {
    return error instanceof TypeError;
  }
}

describe('plain headers', () => {
  it("are Node's own, whatever is done with them", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const [plain, own] = [new PlainHeaders(), new Headers()];
        for (const step of taken) expect(take(plain, step)).toEqual(take(own, step));
        expect([...plain]).toEqual([...own]);
        expect([...plain.keys()]).toEqual([...own.keys()]);
        expect([...plain.values()]).toEqual([...own.values()]);
        const seen: string[][] = [];
        plain.forEach((value, name) => void seen.push([name, value]));
        expect(seen).toEqual([...own]);
      }),
    );
  });

  it.each([
    [{ B: '1', a: '2' }],
    [
      [
        ['B', '1'],
        ['b', '2'],
      ] as [string, string][],
    ],
    [new PlainHeaders({ ETag: '"x"' })],
    [undefined],
  ])("are made of what Node's own are made of: %#", (init) => {
    expect([...new PlainHeaders(init)]).toEqual([...new Headers(init as ConstructorParameters<typeof Headers>[0])]);
  });

  it('make those of Node and are made of them', () => {
    const plain = new PlainHeaders({ Vary: 'Accept', ETag: '"x"' });
    expect([...new Headers(plain)]).toEqual([...plain]);
    expect([...new PlainHeaders(new Headers(plain))]).toEqual([...plain]);
  });

  it.each(['', 'a b', 'a:b', 'ü', 'Set-Cookie'])('refuse the name %j', (name) => {
    expect(() => new PlainHeaders().set(name, 'a')).toThrow(TypeError);
    expect(() => new PlainHeaders([[name, 'a']])).toThrow(TypeError);
  });
});

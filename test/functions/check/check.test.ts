import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { check, goldenSeed } from '../../../functions/check/check.ts';

const url = 'https://cars.example.org/';

/** A plain picture; `change` makes one value another. */
function picture(change = 0, width = 2): Buffer {
  const png = new PNG({ width, height: 2 });
  png.data.fill(100);
  png.data[5] = 100 + change;
  return PNG.sync.write(png);
}

const png = (bytes: Buffer) => new Response(new Uint8Array(bytes), { headers: { 'Content-Type': 'image/png' } });
const golden = `models/one/cars/${goldenSeed}.png`;

/** A service that is well, but for `change`; `kept` is what was drawn before. */
function start(change: Readonly<Record<string, () => Response>> = {}, kept = new Map<string, Uint8Array>()) {
  const answers: Record<string, () => Response> = {
    health: () => Response.json({ status: 'ok', version: 'one' }),
    'car.png': () => png(picture()),
    [golden]: () => png(picture()),
    ...change,
  };
  const asked: string[] = [];
  const run = () =>
    check({
      url,
      fetch: async (address) => {
        asked.push(address);
        return answers[address.slice(url.length)]?.() ?? new Response('nothing', { status: 404 });
      },
      golden: {
        async keep(version, bytes) {
          if (!kept.has(version)) kept.set(version, bytes);
          return kept.get(version) ?? bytes;
        },
      },
    });
  return { run, asked, kept };
}

describe('the synthetic check', () => {
  it('asks for health, a fresh car and the golden one, and finds a service well that draws it as before', async () => {
    const { run, asked, kept } = start();
    const first = await run();
    expect(first).toEqual({ version: 'one', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(asked).toEqual([`${url}health`, `${url}car.png`, `${url}${golden}`]);
    expect(await run()).toEqual(first);
    expect([...kept.keys()]).toEqual(['one']);
  });

  it('lets another processor draw within 1 of 255, and no further', async () => {
    const { run, kept } = start();
    await run();
    await expect(start({ [golden]: () => png(picture(1)) }, kept).run()).resolves.toMatchObject({ version: 'one' });
    await expect(start({ [golden]: () => png(picture(2)) }, kept).run()).rejects.toThrow('is another car than it was');
    // One is narrower than what was kept, but the same as far as it goes; the other is wider.
    for (const [width, before] of [
      [2, 3],
      [3, 2],
    ] as const) {
      const was = new Map<string, Uint8Array>([['one', picture(0, before)]]);
      await expect(start({ [golden]: () => png(picture(0, width)) }, was).run()).rejects.toThrow('is another car');
    }
  });

  it('knows the golden car of each model apart', async () => {
    const { run, kept } = start();
    await run();
    const other = start(
      {
        health: () => Response.json({ status: 'ok', version: 'two' }),
        [`models/two/cars/${goldenSeed}.png`]: () => png(picture(50)),
      },
      kept,
    );
    expect(await other.run()).toMatchObject({ version: 'two' });
    expect([...kept.keys()]).toEqual(['one', 'two']);
  });

  it.each<[string, string, () => Response, string]>([
    ['health is not', 'health', () => new Response('{}', { status: 503 }), 'health answers 503 instead of 200'],
    ['health says nothing', 'health', () => Response.json({}), 'says nothing that can be read'],
    ['a car is an error', 'car.png', () => new Response('', { status: 502 }), 'car.png answers 502'],
    [
      'a car is a page',
      'car.png',
      () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
      'text/html',
    ],
    ['a car is cut off', 'car.png', () => png(picture().subarray(0, 40)), 'no PNG that can be read'],
    ['the golden car is gone', golden, () => new Response('', { status: 404 }), 'answers 404'],
  ])('fails, and says why, when %s', async (_, path, answer, reason) => {
    await expect(start({ [path]: answer }).run()).rejects.toThrow(reason);
  });
});

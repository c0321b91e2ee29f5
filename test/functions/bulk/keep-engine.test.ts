import { expect, it } from 'vitest';
import { keepEngine } from '../../../functions/bulk/keep-engine.ts';
import type { Engine } from '../../../model/engine/engine.ts';

const model = (version: string, digit = '0') => ({ version, sha256: digit.repeat(64) });

/** Loads engines that draw nothing and write down what happens to them, a load when it is begun. */
function start(load: (version: string) => Promise<unknown> = async () => undefined) {
  const events: string[] = [];
  const engineOf = keepEngine(async ({ version }): Promise<Engine> => {
    events.push(`load ${version}`);
    await load(version);
    const dispose = async () => void events.push(`dispose ${version}`);
    return { name: 'onnx', latentSize: 1, imageSize: 1, draw: async () => new Uint8Array(3), dispose };
  });
  return { events, engineOf };
}

it('loads a model once, for shards that ask for it one after the other and at once', async () => {
  const { events, engineOf } = start();
  const [one, two] = await Promise.all([engineOf(model('a')), engineOf(model('a'))]);
  expect([two, await engineOf(model('a'))]).toEqual([one, one]);
  expect(events).toEqual(['load a']);
});

it('disposes of a model before it loads another, of the same graph or not', async () => {
  const { events, engineOf } = start();
  for (const asked of [model('a'), model('b'), model('b', '1'), model('a')]) await engineOf(asked);
  expect(events).toEqual(['load a', 'dispose a', 'load b', 'dispose b', 'load b', 'dispose b', 'load a']);
});

it('loads again after a failure', async () => {
  let failures = 1;
  const { events, engineOf } = start(async () => {
    if (failures-- > 0) throw new Error('no store');
  });
  await expect(engineOf(model('a'))).rejects.toThrow('no store');
  await engineOf(model('a'));
  expect(events).toEqual(['load a', 'load a']);
});

it('keeps the model of now when the load of the one before fails late', async () => {
  let fail = (_: Error) => {};
  const failing = new Promise((_, reject) => {
    fail = reject;
  });
  const { events, engineOf } = start(async (version) => version === 'a' && failing);
  const first = engineOf(model('a'));
  const second = engineOf(model('b'));
  fail(new Error('no store'));
  await expect(first).rejects.toThrow('no store');
  expect(await engineOf(model('b'))).toBe(await second);
  expect(events).toEqual(['load a', 'load b']);
});

import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../model/store/open-store.ts';

it('opens a bucket without a word of the SDK about this version of Node', async () => {
  const warnings: Error[] = [];
  const keep = (warning: Error) => warnings.push(warning);
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  const store = await openStore('s3://models/mine/', process.env);
  expect(store.location).toBe('s3://models/mine/');
  // Warnings are told in the next turn of the event loop.
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});

import { expect, it } from 'vitest';
import { createModelKeeper } from '../../../functions/generate/model-keeper.ts';
import { FreshcarError } from '../../../model/errors.ts';
import { paintedModel, recordedLog } from './fixtures.ts';

it('loads once, however many wait and however many come later', async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    return paintedModel();
  };
  const keeper = createModelKeeper({ load, log: recordedLog().log, now: () => 0 });
  const version = () => keeper.use(async ({ manifest }) => manifest.version);
  expect(await Promise.all([version(), version(), version()])).toEqual(['painted', 'painted', 'painted']);
  await version();
  expect(loads).toBe(1);
});

it('forgets a failed load, and logs it once with its reason', async () => {
  const outcomes = [
    () => Promise.reject(new FreshcarError('damaged-bundle', 's3://cars/models/a/generator.onnx has 3 bytes, not 5.')),
    async () => paintedModel(),
  ];
  const { log, lines } = recordedLog();
  const keeper = createModelKeeper({ load: () => outcomes.shift()?.() ?? Promise.reject(), log, now: () => 0 });
  const attempts = await Promise.allSettled([keeper.use(async () => 1), keeper.use(async () => 2)]);
  expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(lines).toEqual([
    {
      level: 'error',
      message: 'The model could not be loaded.',
      code: 'damaged-bundle',
      reason: 's3://cars/models/a/generator.onnx has 3 bytes, not 5.',
    },
  ]);
  expect(await keeper.use(async () => 3)).toBe(3);
});

import { expect, it } from 'vitest';
import type { Metric } from '../../../../functions/generate/meter.ts';
import { paintedModel, problemOf, startApp } from '../fixtures.ts';

/** A model that takes for ever to load. */
const never = () => new Promise<ReturnType<typeof paintedModel>>(() => undefined);

it('answers 503 when a request takes too long, and counts it', async () => {
  const samples: Metric[] = [];
  const { get } = startApp(never, { timeLimit: 5, meter: (metric) => samples.push(metric) });
  const response = await get('/car.png');
  expect(response.status).toBe(503);
  expect(response.headers.get('Retry-After')).toBe('5');
  expect(response.headers.get('Server-Timing')).toMatch(/^total;dur=\d/);
  expect(await problemOf(response)).toMatchObject({ code: 'timeout', title: 'Service Unavailable' });
  expect(samples).toEqual(['LateAnswers']);
});

it('lets the door set a limit for each request', async () => {
  const { app } = startApp(never, { timeLimit: 100_000 });
  expect((await app.request('/car.png', {}, { timeLimit: 5 })).status).toBe(503);
});

it('lets what was begun go on, so that the next request has the model', async () => {
  let finish = () => {};
  const loaded = new Promise<ReturnType<typeof paintedModel>>((resolve) => {
    finish = () => resolve(paintedModel());
  });
  let loads = 0;
  const { get } = startApp(
    () => {
      loads += 1;
      return loaded;
    },
    { timeLimit: 50 },
  );
  expect((await get('/car.png')).status).toBe(503);
  finish();
  expect((await get('/car.png')).status).toBe(200);
  expect(loads).toBe(1);
});

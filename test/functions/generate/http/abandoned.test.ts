import { once } from 'node:events';
import { get as request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpServer } from '../../../../functions/generate/server/http-server.ts';
import { paintedModel, startApp } from '../fixtures.ts';

/** The app over a model that counts its cars, each of which takes a turn of the event loop. */
function startCounting(options: Parameters<typeof startApp>[1] = {}) {
  const counts = { cars: 0 };
  const started = startApp(async (version) => {
    const { manifest, engine } = paintedModel(version);
    const draw = async (latents: Float32Array) => {
      await nextTurn();
      counts.cars += latents.length / engine.latentSize;
      return engine.draw(latents);
    };
    return { manifest, engine: { ...engine, draw } };
  }, options);
  return { ...started, counts };
}

const sheet = '/sheet.png?rows=16&columns=16&seed=1';

it('draws nothing for HEAD, at any route, and says what GET would', async () => {
  const { app, get, counts } = startCounting();
  const paths = ['/car.png', '/cars/3.png?size=512', sheet, '/morph.png?from=1&to=2', `/models/painted${sheet}`];
  await get('/health');
  const before = counts.cars;
  for (const path of paths) {
    const head = await app.request(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('Content-Type')]).toEqual([200, 'image/png']);
  }
  expect(counts.cars).toBe(before);
  expect((await get(sheet)).headers.get('ETag')).toBe(
    (await app.request(sheet, { method: 'HEAD' })).headers.get('ETag'),
  );
});

it('draws no more of a sheet whose caller hung up', async () => {
  const { app, get, counts } = startCounting();
  const server = createHttpServer(app);
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await get('/health');
  const before = counts.cars;
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const abandoned = request({ port, path: sheet }).on('error', () => undefined);
  while (counts.cars === before) await nextTurn();
  abandoned.destroy();
  let drawn = counts.cars;
  for (let turns = 0; turns < 50; turns++) {
    drawn = counts.cars;
    await nextTurn();
  }
  expect(counts.cars - before).toBeLessThan(256);
  expect((await get('/car.png')).status).toBe(200);
  expect(counts.cars).toBe(drawn + 1);
});

it('draws no more of a sheet that took too long', async () => {
  const { app, get, counts } = startCounting();
  await get('/health');
  const before = counts.cars;
  const response = await app.request(sheet, {}, { timeLimit: 1 });
  expect(response.status).toBe(503);
  const drawn = counts.cars;
  for (let turns = 0; turns < 50; turns++) await nextTurn();
  expect(counts.cars).toBe(drawn);
  expect(drawn - before).toBeLessThan(256);
});

it('answers 503 with Retry-After to sheets that cannot be drawn soon, and to no car', async () => {
  const { get } = startCounting();
  await get('/health');
  const sheets = Array.from({ length: 20 }, () => get('/sheet.png?rows=16&columns=16&seed=1'));
  const car = await get('/car.png');
  expect(car.status).toBe(200);
  const answers = await Promise.all(sheets);
  const refused = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(15);
  expect(refused).toHaveLength(5);
  expect(refused[0]?.headers.get('Retry-After')).toBe('5');
  expect(await refused[0]?.json()).toMatchObject({ code: 'busy' });
});

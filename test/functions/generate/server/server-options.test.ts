import path from 'node:path';
import { expect, it } from 'vitest';
import { readServerOptions } from '../../../../functions/generate/server/server-options.ts';

it('starts a worker for each core, on port 3000, with the shipped model', () => {
  const model = path.resolve('model/pretrained');
  expect(readServerOptions([], {}, 6)).toEqual({ model, port: 3000, workers: 6 });
});

it('takes the command line before the environment, and the environment before the defaults', () => {
  const environment = { PORT: '8080', WORKERS: '3' };
  expect(readServerOptions(['--model', 'x'], environment, 6)).toEqual({ model: 'x', port: 8080, workers: 3 });
  const args = ['--model', 'x', '--port', '0', '--workers', '1'];
  expect(readServerOptions(args, environment, 6)).toEqual({ model: 'x', port: 0, workers: 1 });
});

it('takes settings that are empty for none, and does not mind a space around them', () => {
  const model = path.resolve('model/pretrained');
  expect(readServerOptions([], { PORT: '', WORKERS: ' ', HOST: '', PUBLIC_URL: '' }, 6)).toEqual({
    model,
    port: 3000,
    workers: 6,
  });
  const environment = { PORT: '3000 ', HOST: ' 127.0.0.1', PUBLIC_URL: 'https://cars.example.org/fresh/ ' };
  expect(readServerOptions(['--workers', '1'], environment, 6)).toEqual({
    model,
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'https://cars.example.org/fresh',
    workers: 1,
  });
  expect(readServerOptions(['--host', '::1'], environment, 6)).toMatchObject({ host: '::1' });
});

it('refuses a public address that is none', () => {
  expect(() => readServerOptions([], { PUBLIC_URL: 'cars.example.org' }, 6)).toThrow(
    'PUBLIC_URL is to be an address such as https://cars.example.org, not "cars.example.org".',
  );
});

it('asks for nothing but the help when that is wanted', () => {
  expect(readServerOptions(['--help', '--workers', 'many'], {}, 6)).toBeUndefined();
});

it.each(['0', '257', 'two', '1.5', '-1', '1e2'])('refuses %j workers, and says what there may be', (WORKERS) => {
  expect(() => readServerOptions(['--model', 'x'], { WORKERS }, 6)).toThrow(
    `The number of workers is to be a number from 1 to 256, not ${JSON.stringify(WORKERS)}.`,
  );
});

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bounds, describeLoad, load, refusalOf } from './load.ts';

const usage = `npm run load -- [URL] [--rate N] [--seconds N] [--own]

Asks a running service for cars at a steady rate, http://localhost:3000 by default, and prints how fast they came.
At most ${bounds.rate} requests a second for ${bounds.seconds} seconds. Another machine's only if it is your own: --own.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '10' },
      own: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [given = 'http://localhost:3000'] = positionals;
  const options = { url: `${given.replace(/\/+$/, '')}/`, rate: Number(values.rate), seconds: Number(values.seconds) };
  const refusal = URL.canParse(options.url) ? refusalOf(options, values.own) : `${given} is no address.`;
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n${usage}`);
    return 2;
  }
  const fetchCar = (url: string) => fetch(url, { signal: AbortSignal.timeout(30_000) });
  const result = await load({ ...options, fetch: fetchCar, now: () => performance.now(), sleep });
  process.stdout.write(describeLoad(result));
  return result.times.length === result.sent ? 0 : 1;
}

process.exitCode = await main();

import { copiesAtOnce } from '../../infra/costs/costs.ts';

/** What a load test is bounded to, whoever asks for more: it is to measure a service, not to bring one down. */
export const bounds = { rate: 500, seconds: 300 } as const;

export interface LoadOptions {
  /** Where the service is; ends in a slash. */
  readonly url: string;
  /** Requests a second, whether answers come or not. */
  readonly rate: number;
  readonly seconds: number;
  readonly fetch: (url: string) => Promise<Response>;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface LoadResult {
  readonly sent: number;
  /** How many answers there were by status; `lost` are those that never came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds until the whole answer was there, of those with status 200, sorted. */
  readonly times: readonly number[];
  readonly seconds: number;
}

/** Why a load test may not go on, in a sentence; undefined when it may. */
export function refusalOf(
  { url, rate, seconds }: Pick<LoadOptions, 'url' | 'rate' | 'seconds'>,
  isOwn: boolean,
): string | undefined {
  const { hostname, protocol } = new URL(url);
  if (!/^https?:$/.test(protocol)) return `${url} is no address of a web service.`;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (!isLocal && !isOwn)
    return `${hostname} is not this machine. Say --own if the service is your own and you pay its bill.`;
  if (!(rate >= 1 && rate <= bounds.rate)) return `--rate has to be from 1 to ${bounds.rate} requests a second.`;
  if (!(seconds >= 1 && seconds <= bounds.seconds)) return `--seconds has to be from 1 to ${bounds.seconds}.`;
  return undefined;
}

/** Asks for cars at a steady rate: whoever waits for an answer before the next question measures a service that is never busy. */
export async function load({ url, rate, seconds, fetch, now, sleep }: LoadOptions): Promise<LoadResult> {
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  const ask = async (seed: number) => {
    const start = now();
    const status = await fetch(`${url}cars/${seed}.png`).then(
      async (response) => {
        await response.arrayBuffer();
        return String(response.status);
      },
      () => 'lost',
    );
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === '200') times.push(now() - start);
  };
  const start = now();
  const sent = Math.round(rate * seconds);
  const asked: Promise<void>[] = [];
  for (let request = 0; request < sent; request++) {
    const wait = start + (request * 1000) / rate - now();
    if (wait > 0) await sleep(wait);
    asked.push(ask(request));
  }
  await Promise.all(asked);
  return { sent, statuses, times: times.sort((one, other) => one - other), seconds: (now() - start) / 1000 };
}

/** For people: what came, how fast, and how many copies of the function such a rate keeps busy. */
export function describeLoad({ sent, statuses, times, seconds }: LoadResult): string {
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  const counts = Object.entries(statuses).map(([status, count]) => `${count} with ${status}`);
  const rate = times.length / seconds;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length / 1000;
  return [
    `${sent} requests in ${seconds.toFixed(1)} seconds: ${counts.join(', ')}.`,
    `${rate.toFixed(1)} cars a second; half of them within ${at(0.5).toFixed(0)} ms, 95 of 100 within ${at(0.95).toFixed(0)}, 99 within ${at(0.99).toFixed(0)}.`,
    `On average ${copiesAtOnce(rate, mean).toFixed(2)} were under way at once (rate times mean time).`,
    '',
  ].join('\n');
}

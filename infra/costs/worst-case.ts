import type { Settings } from '../context.ts';
import { type LargeAnswer, largeRoutes, largeThrottle } from '../serving/large-answers.ts';
import { type Costs, measured, standing } from './costs.ts';
import { costOf } from './prices.ts';

/**
 * What strangers can make a month cost: as much as the throttles let through, all month, of the dearest that may be asked for.
 */

/** What one answer costs: bytes with its headers, and seconds of the function with the memory as it comes. */
interface Answer {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * The dearest answers of the shipped models; a test draws them. A car of 64 pixels enlarged to 512, a sheet of 256 of them,
 * and 60 frames of 256 pixels; a part of a network, and ONNX Runtime for browsers. `npm run bench -- --only handler` has the seconds of a car, the rest is 60 or 256 times that
 * and its PNG.
 */
export const largest = {
  car: { bytes: 20_000, seconds: 0.025 },
  sheet: { bytes: 2_400_000, seconds: 1.6 },
  morph: { bytes: 850_000, seconds: 0.7 },
  network: { bytes: 4_200_000, seconds: 0.15 },
  asset: { bytes: 3_700_000, seconds: 0.05 },
} as const satisfies Record<'car' | LargeAnswer, Answer>;

const secondsOfMonth = 30 * 24 * 3600;
/** An HTTP API bills an answer of more as several requests. */
const meteredBytes = 512 * 1024;

export type WorstSettings = Pick<Settings, 'throttleRate' | 'throttleBurst' | 'memory' | 'cdn' | 'reservedConcurrency'>;

/** A route of the API that has a throttle of its own: how many it lets through, and the dearest that it answers. */
interface Door {
  readonly rate: number;
  readonly burst: number;
  readonly answer: Answer;
}

function doorsOf(settings: WorstSettings): readonly Door[] {
  return [
    { rate: settings.throttleRate, burst: settings.throttleBurst, answer: largest.car },
    ...largeRoutes.map((route) => ({ ...largeThrottle(settings, route), answer: largest[route.answer] })),
  ];
}

/** The most that a month of requests can cost, by what it is for. What CloudFront has kept is beside it: that has no bound. */
export function worstMonth(settings: WorstSettings): Costs {
  const doors = doorsOf(settings).map(({ rate, burst, answer }) => ({
    answer,
    requests: rate * secondsOfMonth + burst,
  }));
  const sum = (of: (answer: Answer) => number) =>
    doors.reduce((all, { answer, requests }) => all + requests * of(answer), 0);
  const gigabytes = sum(({ bytes }) => bytes) / 1e9;
  // A function of less memory has less of a processor, and takes as much longer: what is paid is the same.
  const memory = Math.max(settings.memory, measured.memory) / 1024;
  const drawing = sum(({ seconds }) => Math.ceil(seconds * 1000) / 1000) * memory;
  const { reservedConcurrency: copies } = settings;
  const most = copies === undefined ? Number.POSITIVE_INFINITY : (copies * secondsOfMonth * settings.memory) / 1024;
  const requests = sum(() => 1);
  return {
    'drawing (GB-seconds)': costOf('lambdaGbSecond', Math.min(drawing, most)),
    'calls of the function': costOf('lambdaRequest', requests),
    'HTTP API': costOf(
      'apiRequest',
      sum(({ bytes }) => Math.ceil(bytes / meteredBytes)),
    ),
    logs: costOf('logGb', (requests * measured.logBytes) / 1e9),
    'data out': settings.cdn
      ? costOf('cdnGbOut', gigabytes) + costOf('cdnRequest', requests)
      : costOf('gbOut', gigabytes),
    'standing: dashboard, alarms, metrics, check, model': standing(settings),
  };
}

/** What is not bounded by the stack's throttles, each by so much of it. */
export function unbounded(settings: Pick<Settings, 'cdn'>): Costs {
  return {
    // The API logs what it turns away, and is not paid for it.
    'for each 1,000 requests a second that are turned away, all month': costOf(
      'logGb',
      (1000 * secondsOfMonth * measured.refusedLogBytes) / 1e9,
    ),
    ...(settings.cdn && { 'for each terabyte that CloudFront has kept and answers with': costOf('cdnGbOut', 1000) }),
  };
}

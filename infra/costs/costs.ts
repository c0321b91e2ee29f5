import { settings } from '../context.ts';
import { costOf } from './prices.ts';

/** What was measured, and by what command; docs/architecture.md has the table of speeds. */
export const measured = {
  /** Seconds from event to answer, one car, a warm copy. `npm run bench -- --only handler` */
  warmSeconds: 0.0024,
  /** Seconds of start-up with the model's load and the first car. `npm run bench -- --only cold` */
  coldSeconds: 0.284,
  /** Bytes of an answer: the PNG of a car at 32 pixels, and some 900 of headers. `curl -si URL/car.png | wc -c` */
  answerBytes: 3400,
  /** Megabytes of the function that was measured: one whole processor. */
  memory: 1769,
  /** Bytes of log that a request leaves: Lambda's three lines, one of metrics, one of the API, 26 more for each. */
  logBytes: 1050,
  /** Bytes of log that a request leaves which the API turns away: its one line, and 26 more. */
  refusedLogBytes: 300,
  /** Seconds for each car of a shard, and its bytes in the archive; the bulk function logs both for every shard. */
  shardCarSeconds: 0.00215,
  shardCarBytes: 3222,
  /** Images a second on two cores of a Xeon with AMX, preset `fresh` in float32. `npm run bench -- --only training` */
  trainedPerSecond: 95,
  modelGb: 0.02,
} as const;

/** What nobody can measure beforehand. */
export const assumed = {
  /** Of the requests, those that meet a copy which has yet to start; a busy service has far fewer. */
  coldShare: 0.01,
  /** Metrics that are billed: four of the function, two of its logs, and six for each of two routes of the API. */
  metrics: 18,
  /** Metrics that alarms look at: a rate looks at two. */
  alarms: 18,
  /** Secrets, where there is a CDN. */
  secrets: 1,
  /** Of a training machine's price, what spot machines save. */
  spotSaving: 0.6,
  /** Minutes in which a job's machine is billed beside the training: fetching the image, saving the model. */
  jobOverheadMinutes: 5,
  evaluationMinutes: 5,
  /**
   * How many times as fast a step is in bfloat16 where the processor has AMX, as the training machine's has: an estimate. There the
   * convolutions of a step were measured one by one at a quarter of their time in float32, and they are four fifths of a step:
   * 1 / (1/5 + 4/5 / 4) is 2.5, less something for the casts between them.
   */
  amxSpeedup: 2.2,
} as const;

/**
 * By the width of a car in pixels: seconds from event to answer, and bytes of an answer. 64 pixels are measured as `measured` is, on a
 * shipped model. 128 are estimated, for a generator of --last-channels 64,32: its processor time a car, with its PNG, is 3.6 times that of
 * 32 pixels (6.25 ms and 1.75 beside each other), and photographs of that size have 28.4 kB as PNG.
 */
export const answers = {
  32: { seconds: measured.warmSeconds, bytes: measured.answerBytes },
  64: { seconds: 0.0054, bytes: 9600 },
  128: { seconds: 0.0086, bytes: 29_300 },
} as const;

/** Rows of a table: what it is for, and US dollars. */
export type Costs = Readonly<Record<string, number>>;

export interface MonthOptions {
  /** Megabytes of the function; the context's default. */
  readonly memory?: number;
  /** Of the cars, those that CloudFront has already; undefined without it. */
  readonly cached?: number;
  /** Width of the cars in pixels; 32 unless told otherwise. */
  readonly imageSize?: keyof typeof answers;
}

const defaultMemory = settings.memory.schema.parse(undefined);
const secondsOfMonth = 30 * 24 * 3600;
const gb = (bytes: number) => bytes / 1e9;
/** Lambda bills whole milliseconds. */
const billed = (seconds: number) => Math.ceil(seconds * 1000) / 1000;

/** What serving so many cars a month costs, each asked for by itself. */
export function monthOfServing(
  cars: number,
  { memory = defaultMemory, cached, imageSize = 32 }: MonthOptions = {},
): Costs {
  const reached = cars * (1 - (cached ?? 0));
  const gbOf = memory / 1024;
  const starts = reached * assumed.coldShare;
  const pings = secondsOfMonth / 300;
  const { seconds, bytes } = answers[imageSize];
  const out = gb(cars * bytes);
  return {
    'drawing (GB-seconds)': costOf('lambdaGbSecond', (reached + pings) * billed(seconds) * gbOf),
    'cold starts': costOf('lambdaGbSecond', starts * billed(measured.coldSeconds) * gbOf) + costOf('s3Get', 3 * starts),
    'calls of the function': costOf('lambdaRequest', reached + pings),
    'HTTP API': costOf('apiRequest', reached),
    logs: costOf('logGb', gb(reached * measured.logBytes)),
    'data out': cached === undefined ? costOf('gbOut', out) : costOf('cdnGbOut', out) + costOf('cdnRequest', cars),
    'standing: dashboard, alarms, metrics, check, model': standing({ cdn: cached !== undefined }),
  };
}

/** What stands whether anybody comes or not; a check of three requests every five minutes is with it. */
export function standing({ cdn }: { readonly cdn: boolean }): number {
  const checks = secondsOfMonth / 300;
  return (
    costOf('apiRequest', 3 * checks) +
    costOf('lambdaGbSecond', checks * 0.5 * 0.25) +
    costOf('s3Put', checks) +
    (cdn ? costOf('secret', assumed.secrets) : 0) +
    costOf('dashboard', 1) +
    costOf('alarm', assumed.alarms) +
    costOf('metric', assumed.metrics) +
    costOf('s3Gb', measured.modelGb)
  );
}

/** What drawing so many cars in bulk costs once, and keeping them for a month. */
export function bulk(cars: number, { memory = defaultMemory, shardSize = 10_000 } = {}): Costs {
  const shards = Math.ceil(cars / shardSize);
  return {
    'drawing (GB-seconds)': costOf('lambdaGbSecond', cars * measured.shardCarSeconds * (memory / 1024)),
    // A shard's execution starts, enters its one state, and ends; one in reserve for a second try. Two writes: shard and end.
    'calls, states and writes':
      costOf('lambdaRequest', shards) + costOf('stateTransition', 4 * shards) + costOf('s3Put', 2 * shards),
    'a month in S3': costOf('s3Gb', gb(cars * measured.shardCarBytes)),
  };
}

/**
 * What one training on so many images costs, by the hour of the default machine, at the speed of two cores.
 *
 * @param options.speedup How many times as fast as in float32; default 1.
 */
export function training(
  images: number,
  epochs: number,
  { speedup = 1 } = {},
): { readonly hours: number; readonly costs: Costs } {
  const hours = (images * epochs) / (measured.trainedPerSecond * speedup) / 3600;
  const machine = costOf('trainingHour', hours + assumed.jobOverheadMinutes / 60);
  return {
    hours,
    costs: {
      'on a spot machine': machine * (1 - assumed.spotSaving),
      'on demand': machine,
      'evaluation, on demand': costOf('trainingHour', (assumed.jobOverheadMinutes + assumed.evaluationMinutes) / 60),
    },
  };
}

export const total = (costs: Costs): number => Object.values(costs).reduce((sum, cost) => sum + cost, 0);

/** Copies that work at once: how many requests come in the time that one takes (Little's law). */
export function copiesAtOnce(requestsPerSecond: number, seconds: number = measured.warmSeconds): number {
  return requestsPerSecond * seconds;
}

/** Requests a second, on average, for so many a month. */
export const perSecond = (aMonth: number): number => aMonth / secondsOfMonth;

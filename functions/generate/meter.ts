/** What the service counts and times for its operator, each with its unit. */
export const metricUnits = {
  /** Cars drawn, those of sheets and morphs included. */
  Cars: 'Count',
  /** One picture, from its latent vectors to its PNG. */
  GenerateTime: 'Milliseconds',
  /** One model, from its manifest to its first car. */
  LoadTime: 'Milliseconds',
  /** First loads that failed: visitors got a 503. */
  FailedLoads: 'Count',
  /** First loads that failed, and each further try, while the version before makes up for it: visitors get its cars. */
  Fallbacks: 'Count',
  Swaps: 'Count',
  /** Versions that the pointer named and that could not be served; the old model went on. */
  RefusedSwaps: 'Count',
  /** Requests that were given up because they took too long. */
  LateAnswers: 'Count',
} as const;

export type Metric = keyof typeof metricUnits;

/** Takes one sample. */
export type Meter = (metric: Metric, value: number) => void;

/** For doors whose operator reads no metrics. */
export const noMeter: Meter = () => undefined;

/** So much of something at so much each, then the next step. */
export type Tiers = readonly { readonly upTo: number; readonly price: number }[];

const flat = (price: number): Tiers => [{ upTo: Number.POSITIVE_INFINITY, price }];
const million = 1e6;
const tera = 1000;

/**
 * AWS's list prices in US dollars, us-east-1, November 2026, before taxes. Free tiers are left out, so that a bill is never
 * higher for them; the permanent ones (a million requests and 400,000 GB-seconds of Lambda, 100 GB out, a terabyte of
 * CloudFront) make a small service's bill its standing costs.
 */
export const prices = {
  /** A GB-second of x86, and a request. https://aws.amazon.com/lambda/pricing */
  lambdaGbSecond: flat(0.0000166667),
  lambdaRequest: flat(0.2 / million),
  /** Requests of an HTTP API. https://aws.amazon.com/api-gateway/pricing */
  apiRequest: [
    { upTo: 300 * million, price: 1 / million },
    { upTo: Number.POSITIVE_INFINITY, price: 0.9 / million },
  ],
  /** Gigabytes to the internet. https://aws.amazon.com/ec2/pricing/on-demand */
  gbOut: [
    { upTo: 10 * tera, price: 0.09 },
    { upTo: 50 * tera, price: 0.085 },
    { upTo: Number.POSITIVE_INFINITY, price: 0.07 },
  ],
  /** https://aws.amazon.com/cloudfront/pricing, North America and Europe. */
  cdnRequest: flat(1 / million),
  cdnGbOut: [
    { upTo: 10 * tera, price: 0.085 },
    { upTo: 50 * tera, price: 0.08 },
    { upTo: Number.POSITIVE_INFINITY, price: 0.06 },
  ],
  /** https://aws.amazon.com/cloudwatch/pricing; a metric, an alarm and a dashboard by the month. */
  logGb: flat(0.5),
  metric: flat(0.3),
  alarm: flat(0.1),
  dashboard: flat(3),
  /** A month. https://aws.amazon.com/secrets-manager/pricing */
  secret: flat(0.4),
  /** https://aws.amazon.com/s3/pricing; storage by the month. */
  s3Gb: flat(0.023),
  s3Put: flat(0.005 / 1000),
  s3Get: flat(0.0004 / 1000),
  /** A state that an execution enters. https://aws.amazon.com/step-functions/pricing */
  stateTransition: flat(0.025 / 1000),
  /** An hour of ml.c7i.2xlarge: that of EC2's c7i.2xlarge, 0.357, and SageMaker's usual fifth. */
  trainingHour: flat(0.4284),
} as const satisfies Record<string, Tiers>;

/** What so much of something costs, tier by tier. */
export function costOf(what: keyof typeof prices, amount: number): number {
  let from = 0;
  let sum = 0;
  for (const { upTo, price } of prices[what]) {
    sum += Math.max(0, Math.min(amount, upTo) - from) * price;
    from = upTo;
  }
  return sum;
}

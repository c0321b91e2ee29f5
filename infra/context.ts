import { createRequire } from 'node:module';
import { z } from 'zod';

/**
 * What an operator may choose, as context of the CDK: in `cdk.json`, or for one command `npx cdk deploy -c memory=3008`.
 * Everything else about the stacks is decided in their own files.
 */

/** Every behaviour that the installed construct library recommends for new projects, so that `cdk.json` need not list 85. */
export const recommendedFlags: Readonly<Record<string, unknown>> = createRequire(import.meta.url)(
  'aws-cdk-lib/recommended-feature-flags.json',
);

/** The command line gives every value as text, `cdk.json` as it is written there. */
const number = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]);

/** What a deploy takes away from visitors, readers of mail or the other stack when its `-c` is forgotten. */
export const keptChoices = ['cdn', 'domain', 'alarmEmail', 'training', 'replica'] as const;

/** CloudWatch keeps logs for no other numbers of days. */
const logDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** Ends the sentence "it has to be ...". */
  readonly allowed: string;
  /** A value that is allowed, for the error message. */
  readonly example: string;
}

function setting<Schema extends z.ZodType>(schema: Schema, allowed: string, example: string): Setting<Schema> {
  return { schema, allowed, example };
}

function wholeNumber(minimum: number, maximum: number) {
  return number.pipe(z.int().min(minimum).max(maximum));
}

/** Every key, its default and what it may be; `cdk.json` explains each to the operator, and a test compares the two. */
export const settings = {
  bundle: setting(
    z.string().min(1).default('model/pretrained'),
    'the folder of a bundle or of a store',
    'model/pretrained',
  ),
  // The longest name of a stack is 128 characters, and names of resources made from it hold 64.
  stage: setting(
    z
      .string()
      .regex(/^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,19}$/)
      .optional(),
    'a name of up to 20 small letters, digits and single hyphens that begins with a letter',
    'beta',
  ),
  acceptWeights: setting(flag.default(false), 'true or false', 'true'),
  engine: setting(
    z.enum(['onnxruntime', 'tfjs-node']).default('onnxruntime'),
    'what draws the cars, onnxruntime or tfjs-node',
    'tfjs-node',
  ),
  // On arm64 ONNX Runtime's WebAssembly build draws: the native library has been reported to abort there
  // (microsoft/onnxruntime 10038).
  architecture: setting(
    z.enum(['x86_64', 'arm64']).default('x86_64'),
    'what processor the function runs on, x86_64 or arm64',
    'arm64',
  ),
  // One whole vCPU comes with 1,769 MB, and drawing a car is all computing.
  memory: setting(wholeNumber(512, 10240).default(1769), 'megabytes, a whole number from 512 to 10240', '1769'),
  // The HTTP API gives up after 30 seconds, and an answer has to arrive before.
  timeout: setting(wholeNumber(3, 29).default(15), 'seconds, a whole number from 3 to 29', '15'),
  reservedConcurrency: setting(
    wholeNumber(1, 10_000).optional(),
    'how many copies of the function may run at once, a whole number from 1 to 10000',
    '20',
  ),
  // Step Functions runs no more pings of one round at once.
  warmCopies: setting(
    wholeNumber(0, 40).default(1),
    'how many copies of the function pings keep loaded, a whole number from 0 to 40',
    '3',
  ),
  provisionedConcurrency: setting(
    wholeNumber(0, 1000).default(0),
    'how many copies of the function AWS holds ready, a whole number from 0 to 1000',
    '2',
  ),
  gradualDeployment: setting(flag.default(true), 'true or false', 'true'),
  throttleRate: setting(wholeNumber(1, 10_000).default(50), 'requests a second, a whole number from 1 to 10000', '50'),
  throttleBurst: setting(wholeNumber(1, 5000).default(100), 'requests at once, a whole number from 1 to 5000', '100'),
  tracing: setting(flag.default(false), 'true or false', 'true'),
  alarmEmail: setting(z.email().optional(), 'an e-mail address', 'cars@example.org'),
  monthlyBudget: setting(
    wholeNumber(1, 1_000_000).optional(),
    'US dollars a month, a whole number from 1 to 1000000',
    '20',
  ),
  cdn: setting(flag.default(false), 'true or false', 'true'),
  domain: setting(
    z
      .string()
      .regex(/^(?=.{4,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/)
      .optional(),
    'a domain name in lower case',
    'cars.example.org',
  ),
  certificate: setting(
    z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/)
      .optional(),
    'the ARN of a certificate in AWS Certificate Manager',
    'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
  ),
  replica: setting(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)
      .optional(),
    "the name of another stack's bucket of models",
    'freshcarserving-eu-models-1a2b3c',
  ),
  training: setting(flag.default(false), 'true or false', 'true'),
  trainingInstance: setting(
    z
      .string()
      .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/)
      .default('ml.c7i.2xlarge'),
    'a machine type of SageMaker',
    'ml.c7i.4xlarge',
  ),
  trainingDevice: setting(z.enum(['cpu', 'gpu']).default('cpu'), 'cpu or gpu', 'gpu'),
  trainingSchedule: setting(
    z
      .string()
      .regex(/^(rate|cron)\([^()]+\)$/)
      .optional(),
    'how often, as a rate(...) or cron(...) of EventBridge Scheduler',
    'rate(7 days)',
  ),
  tuningJobs: setting(wholeNumber(1, 500).default(20), 'how many trainings, a whole number from 1 to 500', '20'),
  tuningParallel: setting(
    wholeNumber(1, 100).default(2),
    'how many trainings at once, a whole number from 1 to 100',
    '2',
  ),
  tuningStrategy: setting(z.enum(['bayesian', 'random']).default('bayesian'), 'bayesian or random', 'random'),
  bulkConcurrency: setting(
    wholeNumber(1, 1000).default(20),
    'how many shards are drawn at once, a whole number from 1 to 1000',
    '20',
  ),
  drop: setting(
    z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(z.enum(keptChoices)))
      .default([]),
    `what a deploy may take away, some of ${keptChoices.join(', ')} with commas between them`,
    'cdn,alarmEmail',
  ),
  logDays: setting(number.pipe(z.literal(logDays)).default(30), `days, one of ${logDays.join(', ')}`, '30'),
} satisfies Record<string, Setting<z.ZodType>>;

type SettingName = keyof typeof settings;
export type Settings = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

/** A context that cannot be deployed. The message has one sentence for each key that is wrong. */
export class ContextError extends Error {
  constructor(sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.name = 'ContextError';
  }
}

/** The CDK keeps flags and look-ups of its own in the context; their names have a colon or an `@`. `//` begins a remark. */
const isOurs = (key: string) => !/[:@]|^\/\//.test(key) && !key.startsWith('cdk-');

/**
 * Checks the whole context.
 *
 * @param context All keys and values, as `app.node.getAllContext()` gives them.
 * @throws ContextError when a value is wrong or a key is unknown.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const wrong = Object.keys(context).filter((key) => isOurs(key) && !(key in settings));
  const sentences = wrong.map(
    (key) => `The context has no key "${key}"; the keys are ${Object.keys(settings).join(', ')}.`,
  );
  const schemas = Object.entries(settings).map(([key, { schema }]) => [key, schema]);
  const result = z.object(Object.fromEntries(schemas)).safeParse(context);
  const names = new Set(result.error?.issues.map(({ path }) => String(path[0])));
  for (const [key, { allowed, example }] of Object.entries(settings)) {
    if (!names.has(key)) continue;
    const value = JSON.stringify(context[key]);
    const pair = `${key}=${example}`;
    const flag = `-c ${pair.includes(' ') ? `"${pair}"` : pair}`;
    sentences.push(`The context's "${key}" is ${value}, but it has to be ${allowed}, such as ${flag}.`);
  }
  if (sentences.length > 0) throw new ContextError(sentences);
  const read = result.data as Settings;
  const contradictions = contradictionsIn(read);
  if (contradictions.length > 0) throw new ContextError(contradictions);
  return read;
}

/** What is allowed alone but not together. */
function contradictionsIn(read: Settings): string[] {
  const { domain, certificate, cdn, monthlyBudget, alarmEmail, reservedConcurrency, provisionedConcurrency } = read;
  const most = Math.max(provisionedConcurrency, read.warmCopies);
  const rules: [boolean, string][] = [
    [
      read.engine === 'tfjs-node' && read.architecture === 'arm64',
      'The context has the "engine" tfjs-node and the "architecture" arm64, but its image is for x86_64 only.',
    ],
    [
      read.architecture === 'arm64' && read.memory < 1024,
      `The context has the "architecture" arm64 and the "memory" ${read.memory}, but WebAssembly draws so slowly on that share of a processor that it has to be 1024 or more.`,
    ],
    [
      (domain === undefined) !== (certificate === undefined),
      'The context has only one of "domain" and "certificate", but a domain of your own needs both.',
    ],
    [
      cdn && certificate !== undefined && certificate.split(':')[3] !== 'us-east-1',
      'The context\'s "certificate" is not in us-east-1, but with "cdn" it has to be: CloudFront takes them from there only.',
    ],
    [
      monthlyBudget !== undefined && alarmEmail === undefined,
      'The context has a "monthlyBudget" but no "alarmEmail" that could be told of it.',
    ],
    [
      read.trainingSchedule !== undefined && !read.training,
      'The context has a "trainingSchedule", but without "training" there is nothing to start.',
    ],
    [
      reservedConcurrency !== undefined && most > reservedConcurrency,
      `The context keeps ${most} copies of the function ready, but its "reservedConcurrency" allows only ${reservedConcurrency}.`,
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence);
}

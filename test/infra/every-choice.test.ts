import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { settings } from '../../infra/context.ts';
import { stubServingStack, stubTrainingStack } from './stub-stack.ts';

type Properties = Readonly<Record<string, unknown>>;

const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
const alarmEmail = 'cars@example.org';

/** The properties of all resources of a type, in both stacks, of a context. */
function resourcesOf(context: Properties) {
  const { stack, serving } = stubTrainingStack(context);
  const templates = [serving, stack].map((each) => Template.fromStack(each));
  return (type: string): Properties[] =>
    templates.flatMap((template) =>
      Object.values<{ Properties?: Properties }>(template.findResources(type)).map(({ Properties = {} }) => Properties),
    );
}

type Find = ReturnType<typeof resourcesOf>;

const cars = (find: Find) =>
  find('AWS::Lambda::Function').find(({ Description }) => Description === 'Draws cars that do not exist') ?? {};
const described = (find: Find, description: string) =>
  find('AWS::Lambda::Function').find(({ Description }) => Description === description) ?? {};
const stage = (find: Find) => find('AWS::ApiGatewayV2::Stage')[0] ?? {};
const machines = (find: Find) => JSON.stringify(find('AWS::StepFunctions::StateMachine'));

/**
 * Every key of the context, a value that is not its default, as the command line gives it, and where that value has to be
 * found; `besides` is what it needs, `plain` what is found there without it.
 */
const choices: Readonly<
  Record<
    string,
    {
      readonly value: string;
      readonly besides?: Properties;
      readonly find: (find: Find) => unknown;
      readonly is: unknown;
      readonly plain: unknown;
    }
  >
> = {
  stage: {
    value: 'beta',
    find: (find) => [
      (cars(find).Environment as { Variables: Properties }).Variables.METRICS_NAMESPACE,
      ...find('AWS::Logs::MetricFilter').map(
        ({ MetricTransformations }) => (MetricTransformations as Properties[])[0]?.MetricNamespace,
      ),
    ],
    is: ['freshcar-beta', 'freshcar-beta', 'freshcar-beta'],
    plain: [undefined, 'freshcar', 'freshcar'],
  },
  engine: { value: 'tfjs-node', find: (find) => cars(find).PackageType, is: 'Image', plain: undefined },
  architecture: { value: 'arm64', find: (find) => cars(find).Architectures, is: ['arm64'], plain: ['x86_64'] },
  memory: {
    value: '3008',
    find: (find) =>
      [
        cars(find),
        described(find, 'Draws the shards of a bulk generation'),
        described(find, 'Lets a new model through if it is better'),
      ].map(({ MemorySize }) => MemorySize),
    is: [3008, 3008, 3008],
    plain: [1769, 1769, 1769],
  },
  timeout: { value: '27', find: (find) => cars(find).Timeout, is: 27, plain: 15 },
  reservedConcurrency: {
    value: '33',
    find: (find) => cars(find).ReservedConcurrentExecutions,
    is: 33,
    plain: undefined,
  },
  warmCopies: {
    value: '4',
    find: (find) =>
      find('AWS::Scheduler::Schedule').flatMap(({ Target }) => {
        // The synthetic check's has no input.
        const { Input } = Target as { Input?: string };
        return Input === undefined ? [] : [JSON.parse(Input)];
      }),
    is: [{ copies: [0, 1, 2, 3] }],
    plain: [{ warmup: true }],
  },
  provisionedConcurrency: {
    value: '3',
    find: (find) => find('AWS::Lambda::Alias').map(({ ProvisionedConcurrencyConfig }) => ProvisionedConcurrencyConfig),
    is: [{ ProvisionedConcurrentExecutions: 3 }, undefined],
    // The second is the synthetic check's.
    plain: [undefined, undefined],
  },
  gradualDeployment: {
    value: 'false',
    find: (find) => find('AWS::CodeDeploy::DeploymentGroup').length,
    is: 0,
    plain: 1,
  },
  throttleRate: {
    value: '70',
    find: (find) => (stage(find).DefaultRouteSettings as Properties).ThrottlingRateLimit,
    is: 70,
    plain: 50,
  },
  throttleBurst: {
    value: '170',
    find: (find) => (stage(find).DefaultRouteSettings as Properties).ThrottlingBurstLimit,
    is: 170,
    plain: 100,
  },
  tracing: {
    value: 'true',
    find: (find) => (cars(find).TracingConfig as Properties | undefined)?.Mode,
    is: 'Active',
    plain: undefined,
  },
  alarmEmail: {
    value: alarmEmail,
    find: (find) => find('AWS::SNS::Subscription').map(({ Endpoint }) => Endpoint),
    is: [alarmEmail],
    plain: [],
  },
  monthlyBudget: {
    value: '21',
    besides: { alarmEmail },
    find: (find) => find('AWS::Budgets::Budget').map(({ Budget }) => (Budget as Properties).BudgetLimit),
    is: [{ Amount: 21, Unit: 'USD' }],
    plain: [],
  },
  cdn: { value: 'true', find: (find) => find('AWS::CloudFront::Distribution').length, is: 1, plain: 0 },
  domain: {
    value: 'cars.example.org',
    besides: { certificate },
    find: (find) => find('AWS::ApiGatewayV2::DomainName').map(({ DomainName }) => DomainName),
    is: ['cars.example.org'],
    plain: [],
  },
  certificate: {
    value: certificate,
    besides: { domain: 'cars.example.org' },
    find: (find) =>
      find('AWS::ApiGatewayV2::DomainName').map(
        ({ DomainNameConfigurations }) => (DomainNameConfigurations as Properties[])[0]?.CertificateArn,
      ),
    is: [certificate],
    plain: [],
  },
  replica: {
    value: 'cars-in-europe',
    find: (find) =>
      find('AWS::S3::Bucket').flatMap(({ ReplicationConfiguration }) => ReplicationConfiguration ?? []).length,
    is: 1,
    plain: 0,
  },
  trainingInstance: {
    value: 'ml.m5.4xlarge',
    // A training, an evaluation and a tuning.
    find: (find) => [...machines(find).matchAll(/InstanceType\\":\\"([\w.]+)/g)].map(([, type]) => type),
    is: ['ml.m5.4xlarge', 'ml.m5.4xlarge', 'ml.m5.4xlarge'],
    plain: ['ml.c7i.2xlarge', 'ml.c7i.2xlarge', 'ml.c7i.2xlarge'],
  },
  trainingSchedule: {
    value: 'rate(7 days)',
    besides: { training: true },
    find: (find) => find('AWS::Scheduler::Schedule').map(({ ScheduleExpression }) => ScheduleExpression),
    is: ['rate(5 minutes)', 'rate(5 minutes)', 'rate(7 days)'],
    plain: ['rate(5 minutes)', 'rate(5 minutes)'],
  },
  drop: {
    value: 'cdn,alarmEmail',
    find: (find) => find('Custom::Choices').map(({ Drop }) => Drop),
    is: ['cdn,alarmEmail'],
    plain: [''],
  },
  tuningJobs: { value: '17', find: (find) => /\\"jobs\\":(\d+)/.exec(machines(find))?.[1], is: '17', plain: '20' },
  tuningParallel: { value: '3', find: (find) => /\\"parallel\\":(\d+)/.exec(machines(find))?.[1], is: '3', plain: '2' },
  tuningStrategy: {
    value: 'random',
    find: (find) => /\\"Strategy\\":\\"(\w+)/.exec(machines(find))?.[1],
    is: 'Random',
    plain: 'Bayesian',
  },
  bulkConcurrency: {
    value: '11',
    find: (find) => /\\"MaxConcurrency\\":(\d+)/.exec(machines(find))?.[1],
    is: '11',
    plain: '20',
  },
  logDays: {
    value: '7',
    // The service's function and its API, the promotion and the bulk function; that of the first model has a month of its own.
    find: (find) => find('AWS::Logs::LogGroup').filter(({ RetentionInDays }) => RetentionInDays === 7).length,
    is: 6,
    plain: 0,
  },
};

/** What shows elsewhere: in what is deployed at all, in the bytes of an image, in the files that are copied. */
const elsewhere = ['bundle', 'training', 'trainingDevice', 'acceptWeights'];

describe('every choice of an operator', () => {
  it('is tried here, or where it shows', () => {
    expect([...Object.keys(choices), ...elsewhere].sort()).toEqual(Object.keys(settings).sort());
  });

  const plain = resourcesOf({});
  it.each(Object.entries(choices))(
    'arrives in the template: %s',
    (key, { value, besides = {}, find, is, plain: was }) => {
      expect(find(plain)).toEqual(was);
      expect(find(resourcesOf({ ...besides, [key]: value }))).toEqual(is);
    },
  );

  it('keeps its distance from the others: large pictures have a tenth of whatever is let through, files a fiftieth', () => {
    const { stack } = stubServingStack({ throttleRate: '70', throttleBurst: '170' });
    const [found] = Object.values(Template.fromStack(stack).findResources('AWS::ApiGatewayV2::Stage'));
    const routes: { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }[] = Object.values(
      found?.Properties.RouteSettings ?? {},
    );
    expect(routes.reduce((sum, { ThrottlingRateLimit }) => sum + ThrottlingRateLimit, 0)).toBeCloseTo(7 + 1.4, 9);
    for (const { ThrottlingBurstLimit } of routes) expect(ThrottlingBurstLimit).toBe(17);
  });

  it('leaves the bulk function with enough memory for a shard, however little the service has', () => {
    const find = resourcesOf({ memory: '512' });
    expect(cars(find).MemorySize).toBe(512);
    expect(described(find, 'Draws the shards of a bulk generation').MemorySize).toBe(1024);
  });

  it('of copies that AWS holds ready leaves no pings to pay for', () => {
    const schedules = resourcesOf({ provisionedConcurrency: '3' })('AWS::Scheduler::Schedule');
    expect(schedules.map(({ Description }) => Description)).toEqual(['Asks for a car as a visitor does']);
  });
});

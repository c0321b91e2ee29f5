import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Alias, Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type IScheduleGroup, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { allowObjects } from '../shared/allow-objects.ts';
import { createFunctionRole } from '../shared/function-role.ts';
import { addSchedule } from '../shared/schedule-group.ts';
import type { Alarms } from './alarms.ts';

export interface SyntheticCheckProps {
  /** The folder that `buildLambdaAsset` made of functions/check. */
  readonly code: string;
  /** Where visitors find the service; ends in a slash. */
  readonly url: string;
  readonly bucket: IBucket;
  readonly schedules: IScheduleGroup;
  readonly alarms: Alarms;
  readonly settings: Pick<Settings, 'logDays'>;
}

/** Where in the models' bucket the cars lie that the check knows from before; apart from the models. */
const goldenPrefix = 'checks/';
const interval = Duration.minutes(5);

/**
 * Asks for a car as a visitor does, by the public address, every five minutes. An alarm goes off when it fails, and also when
 * nothing is heard of it: then nobody looks after the service.
 */
export class SyntheticCheck extends Construct {
  constructor(scope: Construct, id: string, { code, url, bucket, schedules, alarms, settings }: SyntheticCheckProps) {
    super(scope, id);
    const { logGroup, role } = createFunctionRole(this, {
      name: 'Check',
      description: 'What the synthetic check may do',
      settings,
    });
    allowObjects(role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      bucket,
      prefix: goldenPrefix,
      reason: 'Each model has a golden car under its own name; the right ends below this folder, where no model is.',
    });
    logGroup.grantWrite(role);
    const check = new LambdaFunction(this, 'Function', {
      description: 'Asks for a car as a visitor does',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.X86_64,
      code: Code.fromAsset(code),
      handler: 'handler.handler',
      memorySize: 256,
      timeout: Duration.seconds(45),
      role,
      logGroup,
      environment: { SERVICE_URL: url, GOLDEN_BUCKET: bucket.bucketName, GOLDEN_PREFIX: goldenPrefix },
    });
    // By an alias, since the right to call a function itself is given for all of its versions.
    const live = new Alias(this, 'Live', { aliasName: 'live', version: check.currentVersion });
    live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    addSchedule(this, {
      description: 'Asks for a car as a visitor does',
      schedule: ScheduleExpression.rate(interval),
      scheduleGroup: schedules,
      target: new LambdaInvoke(live, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    const sum = { period: interval, statistic: Stats.SUM };
    const successes = new MathExpression({
      expression: 'calls - errors',
      usingMetrics: { calls: check.metricInvocations(sum), errors: check.metricErrors(sum) },
      period: interval,
      label: 'checks that found all well',
    });
    alarms.addSilence(
      'Check',
      successes,
      'The synthetic check fails or is silent: its log says what a visitor would have met; no log, no check.',
    );
  }
}

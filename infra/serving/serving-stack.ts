import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { failedSchedules } from '../shared/failed-schedules.ts';
import { createModelBucket } from '../shared/model-bucket.ts';
import { createNotices } from '../shared/notices.ts';
import { createScheduleGroup } from '../shared/schedule-group.ts';
import { trustOwnAccountOnly } from '../shared/source-account.ts';
import { publishAddress } from './address.ts';
import { Alarms } from './alarms.ts';
import { createBudget } from './budget.ts';
import type { Bundles } from './bundle.ts';
import { CarApi } from './car-api.ts';
import { type CarCode, CarFunction } from './car-function.ts';
import { answerOnly, watchCdn } from './cdn.ts';
import { ServiceDashboard } from './dashboard.ts';
import { FirstModel } from './first-model.ts';
import { deployGradually } from './gradual-deployment.ts';
import { KeptChoices } from './kept-choices.ts';
import { Replica } from './replica.ts';
import { SyntheticCheck } from './synthetic-check.ts';
import { WarmUp } from './warm-up.ts';

export interface ServingStackProps extends StackProps {
  readonly settings: Settings;
  readonly code: CarCode;
  /** The folders that `buildLambdaAsset` made of functions/check and functions/choices. */
  readonly checkCode: string;
  readonly choicesCode: string;
  /** The models that a new service begins with. */
  readonly bundles: Bundles;
}

/** The public service: a bucket with models, a function that draws cars by the current one, and an API before it. */
export class ServingStack extends Stack {
  readonly modelBucket: Bucket;
  readonly notices: Topic;

  constructor(
    scope: Construct,
    id: string,
    { settings, code, checkCode, choicesCode, bundles, ...props }: ServingStackProps,
  ) {
    super(scope, id, { description: 'freshcar: draws cars that do not exist', ...props });
    new KeptChoices(this, 'KeptChoices', { code: choicesCode, settings });
    this.modelBucket = createModelBucket(this);
    if (settings.replica !== undefined)
      new Replica(this, 'Replica', { bucket: this.modelBucket, replica: settings.replica });
    this.notices = createNotices(this, settings.alarmEmail);
    const firstModel = new FirstModel(this, 'FirstModel', { bucket: this.modelBucket, bundles });
    const cars = new CarFunction(this, 'Cars', { bucket: this.modelBucket, code, settings });
    const { live, log } = cars;
    const carApi = new CarApi(this, 'CarApi', { handler: live, settings });
    const { api, accessLog } = carApi;
    const watched = { api, live, log };
    const alarms = new Alarms(this, 'Alarms', { ...watched, accessLog, notices: this.notices, settings });
    if (settings.gradualDeployment) deployGradually(this, live, alarms.rollback);
    const schedules = createScheduleGroup(this);
    alarms.add('Schedules', failedSchedules(schedules), {
      says: 'A ping or a synthetic check could not be started; the schedules of this stack need their roles and targets.',
    });
    // Copies that AWS holds ready need no pings.
    if (settings.warmCopies > 0 && settings.provisionedConcurrency === 0) {
      const warmUp = new WarmUp(this, 'WarmUp', { handler: live, schedules, copies: settings.warmCopies });
      // A ping before there is a model would be an error, and an alarm.
      warmUp.node.addDependency(firstModel);
    }
    const { monthlyBudget: limit, alarmEmail: email } = settings;
    if (limit !== undefined && email !== undefined) createBudget(this, { limit, email });
    const address = publishAddress(this, carApi, settings);
    const { cdn } = address;
    if (cdn) answerOnly(cdn, cars);
    // Behind CloudFront the API is asked under its own name, and knows no other.
    if (cdn) cars.function.addEnvironment('PUBLIC_URL', address.origin);
    if (cdn) watchCdn(alarms, cdn);
    const check = new SyntheticCheck(this, 'Check', {
      code: checkCode,
      url: address.url,
      bucket: this.modelBucket,
      schedules,
      alarms,
      settings,
    });
    check.node.addDependency(firstModel);
    const { dashboard } = new ServiceDashboard(this, 'Dashboard', { ...watched, alarms });
    trustOwnAccountOnly(this);

    const output = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    output('Url', 'Open this to see a car', address.url);
    output('ModelBucket', 'Where the models are', this.modelBucket.bucketName);
    output('NoticesTopic', 'Where alarms are told of', this.notices.topicArn);
    output('DashboardName', 'The dashboard in CloudWatch', dashboard.dashboardName);
    output('TryIt', 'Draws a car into a file', `curl -o car.png ${address.url}car.png`);
    output(
      'PublishModel',
      'Puts a model of yours beside the others',
      `npx freshcar publish FOLDER --store s3://${this.modelBucket.bucketName}`,
    );
    output(
      'ServeModel',
      'Serves it from then on, without a deploy',
      `npx freshcar promote VERSION --store s3://${this.modelBucket.bucketName}`,
    );
    if (cdn) output('Distribution', 'What freshcar withdraw --purge has forget', cdn.distribution.distributionId);
    if (address.cname !== undefined)
      output('DomainTarget', `What the CNAME of ${settings.domain} points to`, address.cname);
  }
}

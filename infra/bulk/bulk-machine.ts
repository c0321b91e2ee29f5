import { CfnElement, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  type Chain,
  Condition,
  DefinitionBody,
  DistributedMap,
  JitterType,
  JsonPath,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { shardsName } from '../../model/bulk/plan.ts';
import type { Settings } from '../context.ts';
import { ExecutionFailure, tell } from '../shared/execution-failure.ts';
import { checkInput, type ExecutionInput } from '../shared/execution-input.ts';
import { acknowledgeQuietMachine } from '../shared/quiet-machine.ts';
import { mapRuns } from './car-bucket.ts';
import { MapRunWriter, ShardListReader } from './map-objects.ts';

export interface BulkMachineProps {
  /** Answers the steps `begin`, `shard` and `finish`; functions/bulk/bulk.ts says with what. */
  readonly bulk: IFunction;
  readonly cars: IBucket;
  readonly notices: ITopic;
  readonly settings: Pick<Settings, 'bulkConcurrency'>;
}

/** What can be said here; the function checks the numbers, and its sentence is told. */
const bulkInput: ExecutionInput = {
  defaults: { destination: JsonPath.format('{}/', JsonPath.stringAt('$$.Execution.Name')) },
  objects: [],
  usable: Condition.and(
    Condition.isPresent('$.count'),
    Condition.isNumeric('$.count'),
    Condition.isString('$.destination'),
    Condition.stringMatches('$.destination', '*/'),
  ),
  rules:
    'The input cannot be used: it is a JSON object; count is how many cars, and destination a folder of the bucket that ends in a slash.',
};

/** What a second try may get over: too many calls at once, a service in trouble, a copy of the function that was lost. */
const passing = [
  'TransientError',
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
];

/**
 * Bulk generation: makes a plan, draws its shards, many at once, and writes the manifest. The topic is told how it ended.
 * An execution with the destination of an earlier one goes on from what that left.
 */
export class BulkMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: BulkMachineProps) {
    super(scope, id);
    const failure = new ExecutionFailure(this, props.notices, 'a bulk generation failed');
    const begun = this.begin(props, failure);
    this.machine = new StateMachine(this, 'Machine', {
      comment: 'Draws many cars into sharded files with a manifest',
      definitionBody: DefinitionBody.fromChainable(checkInput(this, bulkInput, begun, failure)),
      timeout: Duration.days(2),
    });
    acknowledgeQuietMachine(this.machine);
    this.acknowledgeRights(props);
  }

  private begin(props: BulkMachineProps, failure: ExecutionFailure): Chain {
    const begin = this.call(props, 'Begin', TaskInput.fromObject({ step: 'begin', request: JsonPath.objectAt('$') }));
    const finish = this.call(
      props,
      'Finish',
      TaskInput.fromObject({ step: 'finish', destination: JsonPath.stringAt('$.destination') }),
    );
    const result = (name: string) => JsonPath.stringAt(`$.${name}`);
    const message = JsonPath.format(
      '{} cars of the model {} are there, in {} shards of {} bytes in all; {} lists them.',
      ...['cars', 'model', 'shards', 'bytes', 'manifest'].map(result),
    );
    const shardsFailed = failure.because(
      'ShardsFailed',
      JsonPath.format(
        'Not all shards could be drawn ({}: {}); the log of the bulk function says why. What is written stays: start again with the same input and the destination {}',
        JsonPath.stringAt('$.failure.Error'),
        JsonPath.stringAt('$.failure.Cause'),
        JsonPath.stringAt('$.destination'),
      ),
    );
    return begin
      .addCatch(failure.caught, { resultPath: '$.failure' })
      .next(this.drawShards(props).addCatch(shardsFailed, { resultPath: '$.failure' }))
      .next(finish.addCatch(failure.caught, { resultPath: '$.failure' }))
      .next(tell(this, props.notices, 'TellDone', 'freshcar: cars are drawn', message))
      .next(new Succeed(this, 'Done'));
  }

  /**
   * Each shard is an execution of its own, whose end is kept in the bucket: a list of 100,000 is too long for a state. No
   * failed shard is tolerated, as Step Functions has it where nothing else is said.
   */
  private drawShards(props: BulkMachineProps): DistributedMap {
    const { cars, settings } = props;
    const shards = new DistributedMap(this, 'Shards', {
      label: 'Shards',
      mapExecutionType: StateMachineType.STANDARD,
      maxConcurrency: settings.bulkConcurrency,
      itemReader: new ShardListReader(cars, JsonPath.stringAt('$.items')),
      itemSelector: {
        step: 'shard',
        destination: JsonPath.stringAt('$.destination'),
        plan: JsonPath.objectAt('$.plan'),
        shard: JsonPath.objectAt('$$.Map.Item.Value'),
      },
      resultWriterV2: new MapRunWriter(cars),
      resultPath: JsonPath.DISCARD,
    });
    return shards.itemProcessor(this.call(props, 'Draw', TaskInput.fromJsonPathAt('$')));
  }

  private call({ bulk }: BulkMachineProps, id: string, payload: TaskInput): LambdaInvoke {
    const task = new LambdaInvoke(this, id, {
      lambdaFunction: bulk,
      payload,
      payloadResponseOnly: false,
      outputPath: '$.Payload',
      retryOnServiceExceptions: false,
    });
    task.addRetry({
      errors: passing,
      interval: Duration.seconds(2),
      backoffRate: 2,
      maxAttempts: 6,
      maxDelay: Duration.minutes(1),
      jitterStrategy: JitterType.FULL,
    });
    return task;
  }

  private acknowledgeRights({ bulk, cars }: BulkMachineProps): void {
    const [ofFunction, ofCars, ofMachine] = [bulk, cars, this.machine].map(({ node: { defaultChild } }) =>
      CfnElement.isCfnElement(defaultChild) ? Stack.of(this).getLogicalId(defaultChild) : '',
    );
    const name = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${ofMachine}"}]}]}`;
    const executions = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}`;
    const reasons = {
      [`<${ofFunction}.Arn>:*`]:
        'The bulk function is called by its name; the construct library gives the right for its versions with it.',
      [`<${ofCars}.Arn>/*/${shardsName}`]: 'Each destination has a list of shards; the right is to read these.',
      [`<${ofCars}.Arn>/${mapRuns}/*`]: 'Step Functions names what it writes there itself, below this one folder.',
      [`${executions}:*`]: 'An execution watches and stops those of its own shards, whose names nobody knows before.',
      [`${executions}/Shards:*`]: 'Those of its own shards it may also start again, and no others.',
    };
    for (const [resource, reason] of Object.entries(reasons))
      Validations.of(this.machine).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`,
        reason,
      });
  }
}

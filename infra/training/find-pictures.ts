import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Choice, Condition, type IChainable, JsonPath } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { ExecutionFailure } from '../shared/execution-failure.ts';

/** The folders that an execution's input names: images to learn from, and those to measure with. */
const folders = { Train: 'train', HeldOut: 'heldOut' } as const;

/**
 * Looks whether there is anything in both folders before a machine is paid for: without held-out images a training would only
 * fail once it is over.
 *
 * @param data The name of the data bucket.
 */
export function findPictures(scope: Construct, data: string, next: IChainable, failure: ExecutionFailure): IChainable {
  const { partition } = Stack.of(scope);
  const bucket = Stack.of(scope).formatArn({
    partition,
    service: 's3',
    region: '',
    account: '',
    resource: data,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
  const look = (id: keyof typeof folders) =>
    new CallAwsService(scope, `Find${id}`, {
      service: 's3',
      action: 'listObjectsV2',
      parameters: { Bucket: data, Prefix: JsonPath.stringAt(`$.${folders[id]}`), MaxKeys: 1 },
      iamAction: 's3:ListBucket',
      iamResources: [bucket],
      resultSelector: { objects: JsonPath.numberAt('$.KeyCount') },
      resultPath: `$.found${id}`,
    }).addCatch(failure.caught, { resultPath: '$.failure' });
  const nothing = JsonPath.format(
    `There is nothing in one of the folders {} and {} of s3://${data}. Upload images to learn from and others to measure with; nothing was started.`,
    JsonPath.stringAt('$.train'),
    JsonPath.stringAt('$.heldOut'),
  );
  const found = Condition.and(
    ...Object.keys(folders).map((id) => Condition.numberGreaterThanEquals(`$.found${id}.objects`, 1)),
  );
  const choice = new Choice(scope, 'AnyPictures?').when(found, next).otherwise(failure.because('NoPictures', nothing));
  return look('Train').next(look('HeldOut')).next(choice);
}

import { ArnFormat, CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface TrainingRoleProps {
  readonly data: IBucket;
  readonly artefacts: IBucket;
  readonly image: DockerImageAsset;
}

/** What a training or an evaluation may do: read the data, keep its artefacts, fetch its image, tell how it goes. */
export function createTrainingRole(scope: Construct, { data, artefacts, image }: TrainingRoleProps): Role {
  const role = new Role(scope, 'JobRole', {
    description: 'What trainings and evaluations may do',
    assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
  });
  const allow = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
    role.addToPolicy(new PolicyStatement({ sid, actions, resources, ...(conditions && { conditions }) }));
  const logs = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '/aws/sagemaker/*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow('FindObjects', ['s3:ListBucket'], [data.bucketArn, artefacts.bucketArn]);
  allow('ReadData', ['s3:GetObject'], [data.arnForObjects('*')]);
  allow(
    'KeepArtefacts',
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
    [artefacts.arnForObjects('*')],
  );
  allow(
    'WriteLog',
    ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    [logs],
  );
  // CloudWatch knows no resources for metrics; what they are named for is bounded instead.
  allow('WriteMetrics', ['cloudwatch:PutMetricData'], ['*'], {
    StringLike: { 'cloudwatch:namespace': ['/aws/sagemaker/*', 'aws/sagemaker/*'] },
  });
  image.repository.grantPull(role);
  Validations.of(role).acknowledge(
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId(data)}.Arn>/*]`,
      reason: 'The whole bucket is data for trainings, in whatever folders; they may only read it.',
    },
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId(artefacts)}.Arn>/*]`,
      reason: 'The whole bucket is for what trainings leave, each under the name of its run.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason:
        'Neither metrics nor the sign-in to the image registry can be named; the metrics are bounded by namespace.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/sagemaker/*]',
      reason: 'SageMaker names the log groups of its jobs, all below this name.',
    },
  );
  return role;
}

function logicalId(bucket: IBucket): string {
  const { defaultChild } = bucket.node;
  return CfnElement.isCfnElement(defaultChild) ? Stack.of(bucket).getLogicalId(defaultChild) : '';
}

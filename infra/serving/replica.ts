import { Arn, Aws, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { modelsPrefix } from '../../model/store/pointer.ts';

export interface ReplicaProps {
  readonly bucket: Bucket;
  /** The bucket of models that a stack in another region reads. */
  readonly replica: string;
}

/**
 * Has S3 copy the models, and the pointer with them, into the bucket of a stack in another region: what is promoted here is
 * served there within minutes. Should the pointer arrive before its files, the stack there goes on with the model that it has
 * and follows with its next look. One way only, and nothing is deleted there.
 */
export class Replica extends Construct {
  constructor(scope: Construct, id: string, { bucket, replica }: ReplicaProps) {
    super(scope, id);
    const there = Arn.format({ partition: Aws.PARTITION, service: 's3', region: '', account: '', resource: replica });
    const role = new Role(this, 'Role', {
      description: 'What S3 may do to copy models to another region',
      assumedBy: new ServicePrincipal('s3.amazonaws.com'),
    });
    const copied = bucket.arnForObjects(`${modelsPrefix}*`);
    const rights: [string, string[], string][] = [
      ['SeeWhatToCopy', ['s3:GetReplicationConfiguration', 's3:ListBucket'], bucket.bucketArn],
      ['ReadModels', ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionTagging'], copied],
      ['CopyModels', ['s3:ReplicateObject', 's3:ReplicateTags'], `${there}/${modelsPrefix}*`],
    ];
    for (const [sid, actions, resource] of rights)
      role.addToPolicy(new PolicyStatement({ sid, actions, resources: [resource] }));
    const { defaultChild } = bucket.node;
    if (!(defaultChild instanceof CfnBucket)) return;
    defaultChild.replicationConfiguration = {
      role: role.roleArn,
      rules: [
        {
          id: 'Models',
          status: 'Enabled',
          priority: 0,
          filter: { prefix: modelsPrefix },
          deleteMarkerReplication: { status: 'Disabled' },
          destination: { bucket: there },
        },
      ],
    };
    Validations.of(role).acknowledge(
      {
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(defaultChild)}.Arn>/${modelsPrefix}*]`,
        reason: 'Models that come later are copied too; the right is to read, and below one prefix.',
      },
      {
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${replica}/${modelsPrefix}*]`,
        reason: 'There they get the names that they have here, whatever those are; the right ends at the same prefix.',
      },
    );
  }
}

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { statementsOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack({ replica: 'cars-in-europe' }).stack);
const there = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::cars-in-europe']] };

describe('a second region', () => {
  const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));

  it('gets the models and their pointer, and loses none when one is deleted here', () => {
    expect(bucket?.Properties.ReplicationConfiguration.Rules).toEqual([
      {
        Id: 'Models',
        Status: 'Enabled',
        Priority: 0,
        Filter: { Prefix: 'models/' },
        DeleteMarkerReplication: { Status: 'Disabled' },
        Destination: { Bucket: there },
      },
    ]);
    // S3 copies versions only.
    expect(bucket?.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  it('gets no candidates, and S3 may do no more than copy', () => {
    const rights = statementsOf(template)
      .filter(({ name, effect }) => name.startsWith('ReplicaRole') && effect === 'Allow')
      .flatMap(({ actions, resources }) => actions.map((action) => [action, ...resources]));
    expect(rights).toEqual([
      ['s3:GetReplicationConfiguration', '<Models.Arn>'],
      ['s3:ListBucket', '<Models.Arn>'],
      ['s3:GetObjectVersionForReplication', '<Models.Arn>/models/*'],
      ['s3:GetObjectVersionTagging', '<Models.Arn>/models/*'],
      ['s3:ReplicateObject', expect.stringContaining(':s3:::cars-in-europe/models/*')],
      ['s3:ReplicateTags', expect.stringContaining(':s3:::cars-in-europe/models/*')],
    ]);
  });

  it('is copied to by a role that S3 takes on for this account only', () => {
    const [[, role] = []] = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) =>
      id.startsWith('ReplicaRole'),
    );
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      {
        Principal: { Service: 's3.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  it('is nothing that a stack has unasked', () => {
    const plain = JSON.stringify(Template.fromStack(stubServingStack().stack).toJSON());
    expect(plain).not.toContain('Replication');
  });
});

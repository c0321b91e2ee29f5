import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/**
 * Where the operator hears of alarms and of finished trainings. Not encrypted by a key: CloudWatch can't write to a topic
 * with AWS's own key, a key of our own costs a dollar a month, and what is said here is no secret.
 *
 * @param email Is sent every notice once its owner has confirmed it; without it, subscribe to the topic by hand.
 */
export function createNotices(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, 'Notices', { displayName: 'freshcar', enforceSSL: true });
  for (const [sid, publisher] of Object.entries(publishers)) allowPublishing(topic, sid, publisher);
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/**
 * AWS's services that publish here by their own name, and what of theirs may: alarms of both stacks, and the training
 * stack's rule, which is allowed whether that stack is there or not, so that no deploy of this one takes its right away.
 * State machines publish by their roles and need nothing here.
 */
const publishers = {
  AllowAlarms: { service: 'cloudwatch', resource: 'alarm', arnFormat: ArnFormat.COLON_RESOURCE_NAME },
  AllowRules: { service: 'events', resource: 'rule', arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
} as const;

/**
 * A policy of a topic's own takes the place of the one that SNS gives every topic, which lets the account's services
 * publish: so each has to be let in by a statement.
 */
function allowPublishing(
  topic: Topic,
  sid: string,
  { service, resource, arnFormat }: (typeof publishers)[keyof typeof publishers],
): void {
  const source = Stack.of(topic).formatArn({ service, resource, resourceName: '*', arnFormat });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid,
      principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID }, ArnLike: { 'aws:SourceArn': source } },
    }),
  );
}

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
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

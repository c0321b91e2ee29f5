import { eventSchema, refusalOf } from './choices.ts';

/** AWS CloudFormation calls this, before it takes anything away. */
export async function handler(sent: unknown): Promise<void> {
  const event = eventSchema.parse(sent);
  const refusal = refusalOf(event);
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: refusal === undefined ? 'SUCCESS' : 'FAILED',
    ...(refusal !== undefined && { Reason: refusal }),
    PhysicalResourceId: 'choices',
    StackId,
    RequestId,
    LogicalResourceId,
  };
  // Bytes, since a text would come with a Content-Type, which the address is not signed for.
  const body = new TextEncoder().encode(JSON.stringify(answer));
  const response = await fetch(event.ResponseURL, { method: 'PUT', body });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}.`);
}

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, onTestFinished } from 'vitest';
import { handler } from '../../../functions/choices/handler.ts';
import { stubServingStack } from '../stub-stack.ts';

/** What the stack's resource says of a context, as CloudFormation hands it on. */
function propertiesOf(context: Readonly<Record<string, unknown>>) {
  const [resource] = Object.values(
    Template.fromStack(stubServingStack(context).stack).findResources('Custom::Choices'),
  );
  return resource?.Properties;
}

/** Lets CloudFormation update the resource from one context to another; returns what it is answered. */
async function update(from: object | undefined, to: object, RequestType = 'Update') {
  const answers: { body: string; method: string | undefined; type: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    answers.push({ body: await text(request), method: request.method, type: request.headers['content-type'] });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  await handler({
    RequestType,
    ResponseURL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/answer?Signature=x`,
    StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/FreshcarServing/1',
    RequestId: 'request-1',
    LogicalResourceId: 'KeptChoices',
    ResourceType: 'Custom::Choices',
    ResourceProperties: propertiesOf({ ...to }),
    ...(from && { OldResourceProperties: propertiesOf({ ...from }) }),
  });
  const [{ body, method, type } = { body: '', method: '', type: '' }] = answers;
  return { ...JSON.parse(body), method, type };
}

const alarmEmail = 'cars@example.org';
const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

describe('a deploy', () => {
  it('is refused when it forgets what the one before had, and says how to go on', async () => {
    const before = { cdn: true, alarmEmail, domain: 'cars.example.org', certificate, training: true };
    expect(await update(before, {})).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /cdn, domain \(cars\.example\.org\), alarmEmail \(cars@example\.org\), training\. .* -c drop=cdn,domain,alarmEmail,training\.$/,
      ),
      RequestId: 'request-1',
      LogicalResourceId: 'KeptChoices',
      // What the address that CloudFormation gives is signed for.
      method: 'PUT',
    });
    for (const [name, value] of Object.entries({ cdn: true, alarmEmail, training: true }))
      expect(await update({ [name]: value }, {})).toMatchObject({ Status: 'FAILED' });
  });

  it.each([
    ['adds', {}, { cdn: true, alarmEmail }],
    ['keeps', { cdn: true, alarmEmail }, { cdn: true, alarmEmail }],
    ['changes', { alarmEmail }, { alarmEmail: 'others@example.org' }],
    ['drops on purpose', { cdn: true, alarmEmail }, { drop: 'cdn,alarmEmail' }],
    ['forgets nothing but what may be forgotten', { memory: 3008, warmCopies: 3 }, {}],
  ])('goes on when it %s them', async (_, from, to) => {
    expect(await update(from, to)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'choices', type: undefined });
  });

  it('is refused when only a part of what is dropped may be', async () => {
    const { Status, Reason } = await update({ cdn: true, alarmEmail }, { drop: 'cdn' });
    expect([Status, Reason]).toEqual(['FAILED', expect.not.stringContaining('cdn,')]);
  });

  it('goes on when the stack is made, and when it goes', async () => {
    expect(await update(undefined, {}, 'Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(await update(undefined, {}, 'Delete')).toMatchObject({ Status: 'SUCCESS' });
  });
});

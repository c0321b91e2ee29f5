import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDistribution, purgeVersion } from '../../../model/store/purge.ts';

/** CloudFront's API, as far as it is used; `distributions` are name and comment of those in the account. */
async function startCloudFront(distributions: readonly (readonly [string, string])[] = []) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push(`${request.method} ${request.url} ${body}`);
    response.setHeader('Content-Type', 'text/xml');
    if (request.method === 'GET') {
      const items = distributions.map(
        ([id, comment]) => `<DistributionSummary><Id>${id}</Id><Comment>${comment}</Comment></DistributionSummary>`,
      );
      response.end(`<DistributionList><Items>${items.join('')}</Items></DistributionList>`);
    } else if (request.url?.includes('/EGONE/')) {
      response.statusCode = 404;
      response.end('<ErrorResponse><Error><Code>NoSuchDistribution</Code></Error></ErrorResponse>');
    } else {
      response.statusCode = 201;
      response.end('<Invalidation><Id>I123</Id><Status>InProgress</Status></Invalidation>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new CloudFrontClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials,
    maxAttempts: 1,
  });
  return { client, asked };
}

describe('purging', () => {
  it('has the distribution forget all below the version, and the version itself', async () => {
    const { client, asked } = await startCloudFront();
    expect(await purgeVersion(client, { distribution: 'ECARS', version: 'fronts-32', reference: 'once' })).toBe('I123');
    expect(asked[0]).toMatch(/^POST \/\d{4}-\d\d-\d\d\/distribution\/ECARS\/invalidation /);
    for (const part of ['<Path>/models/fronts-32</Path>', '<Path>/models/fronts-32/*</Path>', '<CallerReference>once<'])
      expect(asked[0]).toContain(part);
  });

  it('says when there is no such distribution, and takes no version that is none', async () => {
    const { client } = await startCloudFront();
    const purge = (distribution: string, version: string) =>
      purgeVersion(client, { distribution, version, reference: 'x' });
    await expect(purge('EGONE', 'one')).rejects.toMatchObject({ code: 'not-found' });
    await expect(purge('ECARS', '../*')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('finds the one distribution that is for cars', async () => {
    const cars = ['ECARS', 'Cars that do not exist'] as const;
    const one = await startCloudFront([['EOTHER', 'A shop'], cars]);
    expect(await findDistribution(one.client)).toBe('ECARS');
    const none = await startCloudFront([['EOTHER', 'A shop']]);
    await expect(findDistribution(none.client)).rejects.toMatchObject({ code: 'not-found' });
    const several = await startCloudFront([cars, ['EMORE', 'Cars that do not exist']]);
    await expect(findDistribution(several.client)).rejects.toThrow('ECARS, EMORE');
  });
});

import type { InvocationContext } from '../../functions/generate/lambda/lambda.ts';

interface EventOptions {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event as API Gateway's HTTP APIs send it (payload format 2.0). */
export function httpEvent(path: string, { method = 'GET', query = '', headers = {} }: EventOptions = {}) {
  const domainName = 'abc123.execute-api.eu-central-1.amazonaws.com';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { accept: '*/*', host: domainName, 'x-forwarded-proto': 'https', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName,
      domainPrefix: 'abc123',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '24/Nov/2026:08:00:00 +0000',
      timeEpoch: 1795507200000,
    },
    isBase64Encoded: false,
  };
}

/** What AWS tells about an invocation: it may take 15 seconds. */
export const invocation: InvocationContext = {
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  functionName: 'cars',
  functionVersion: '3',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:cars:live',
  memoryLimitInMB: '1769',
  getRemainingTimeInMillis: () => 15_000,
};

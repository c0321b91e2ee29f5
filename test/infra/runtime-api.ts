import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What a runtime client posts back for one event. */
export interface Answer {
  /** `response`, or `error` when the handler threw. */
  readonly outcome: string;
  readonly body: unknown;
}

export interface RuntimeApi {
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Hands an event to the runtime client and waits for its answer. */
  invoke(event: unknown): Promise<Answer>;
}

/**
 * The side of the Lambda Runtime API (version 2018-06-01) that AWS keeps: a runtime client asks it for the next event and
 * posts what the handler made of it. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const events: { id: string; event: unknown }[] = [];
  const waiting: ServerResponse[] = [];
  const answers = new Map<string, (answer: Answer) => void>();
  let failed: ((error: Error) => void) | undefined;

  const deliver = () => {
    while (events.length > 0 && waiting.length > 0) {
      const next = events.shift();
      waiting
        .shift()
        ?.writeHead(200, headersOf(next?.id ?? ''))
        .end(JSON.stringify(next?.event));
    }
  };
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const [, id = '', outcome = ''] =
      /^\/2018-06-01\/runtime\/(?:invocation\/)?([^/]+)\/(\w+)$/.exec(incoming.url ?? '') ?? [];
    if (outcome === 'next') {
      waiting.push(outgoing);
      return deliver();
    }
    const body = await json(incoming);
    if (id === 'init') failed?.(new Error(`The handler did not start: ${JSON.stringify(body)}`));
    answers.get(id)?.({ outcome, body });
    outgoing.writeHead(202).end();
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        const id = `event-${answers.size}`;
        answers.set(id, resolve);
        failed = reject;
        events.push({ id, event });
        deliver();
      }),
  };
}

function headersOf(id: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': id,
    'Lambda-Runtime-Deadline-Ms': String(Date.now() + 30_000),
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-central-1:123456789012:function:cars:live',
  };
}

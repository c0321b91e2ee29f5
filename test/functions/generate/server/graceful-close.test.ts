import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { prepareClosing } from '../../../../functions/generate/server/graceful-close.ts';

async function startServer(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  const close = prepareClosing(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const ask = async () => (await once(get({ port, host: '127.0.0.1', agent }), 'response'))[0] as IncomingMessage;
  return { server, close, ask };
}

it('finishes an answer that was not begun, and tells the caller that it was the last over this connection', async () => {
  const { server, close, ask } = await startServer(() => undefined);
  const asked = ask();
  const [, response] = await once(server, 'request');
  const closed = close();
  response.end('a car');
  expect((await asked).headers.connection).toBe('close');
  expect(await text(await asked)).toBe('a car');
  await closed;
  await expect(ask()).rejects.toThrow('ECONNREFUSED');
});

it('finishes an answer that was begun', async () => {
  const { server, close, ask } = await startServer((response) => response.write('half '));
  const asked = ask();
  const [, response] = await once(server, 'request');
  const answer = await asked;
  const closed = close();
  response.end('and half');
  expect(await text(answer)).toBe('half and half');
  await closed;
});

it('is not kept open by a caller who goes on asking over the same connection', async () => {
  let answers = 0;
  const { close, ask } = await startServer((response) => {
    answers += 1;
    response.write('a ');
    if (answers === 3) void close();
    response.end('car');
  });
  const asking = (async () => {
    for (;;) await text(await ask());
  })();
  await expect(asking).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
  await close();
  // One more may have been on its way already.
  expect(answers).toBeLessThanOrEqual(4);
});

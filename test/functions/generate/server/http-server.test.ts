import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpServer } from '../../../../functions/generate/server/http-server.ts';
import { startApp } from '../fixtures.ts';

/** A server over painted models; returns what sends bytes to it and gives back all that comes. */
async function start() {
  const server = createHttpServer(startApp().app, 'https://cars.example/fresh');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (bytes: string) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (data) => {
      answer += data;
    });
    socket.write(bytes);
    await once(socket, 'close');
    return answer;
  };
}

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

it.each([
  ['what is no HTTP', 'nonsense\r\n\r\n', 400],
  ['too large headers', get('/car.png', `Cookie: ${'x'.repeat(20_000)}\r\n`), 431],
  ['an expectation that nobody meets', get('/car.png', 'Expect: a-miracle\r\nConnection: close\r\n'), 417],
  ['HTTP/1.1 without a host', 'GET /car.png HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['a host that is none', 'GET /car.png HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
  ['a proxy’s request', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
])('answers %s with problem details', async (_, bytes, status) => {
  const answer = await (await start())(bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, code: 'invalid-input' });
});

it('serves HTTP/1.0 without a host', async () => {
  expect(await (await start())('GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
});

it('knows the public address that it was told', async () => {
  const answer = await (await start())(get('/car.png', 'Connection: close\r\n'));
  expect(answer).toMatch(/link: <https:\/\/cars\.example\/fresh\/cars\/7\.png>/i);
});

it('answers all of 150 requests that were sent at once, closes behind the last, and sends none an empty 503', async () => {
  const answer = await (await start())(get('/health').repeat(150));
  expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(150);
  expect(answer.match(/HTTP\/1\.1 (?!200)/g)).toBeNull();
  expect(answer.match(/connection: close/gi)).toHaveLength(1);
});

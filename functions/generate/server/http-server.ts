import type { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { problemResponse } from '../http/problem.ts';
import type { RequestBindings } from '../http/time-limit.ts';

/** The app behind Node's HTTP server: what is answered before the app, and how connections end. */

interface App {
  fetch(request: Request, bindings: RequestBindings): Response | Promise<Response>;
}

/**
 * A connection stays with the worker that it was handed to. After so many requests it is closed in good order, so that a
 * worker which started later, or took another's place, gets its share of callers who keep their connections for ever.
 */
const requestsPerConnection = 100;

/**
 * A server, not listening yet, that hands requests to the app and tells it of callers who hang up.
 *
 * @param publicUrl The address under which visitors reach it, where that is known.
 */
export function createHttpServer(app: App, publicUrl?: string): Server {
  const listener = getRequestListener(
    (request, { incoming, outgoing }) => {
      // HTTP/1.0 has none; HTTP/1.1 must (RFC 9112, 3.2).
      if (incoming.httpVersion === '1.1' && incoming.headers.host === undefined) return badRequest();
      const answer: EventEmitter = outgoing;
      const onHangUp = (listen: () => void) => void answer.once('close', () => outgoing.writableFinished || listen());
      return app.fetch(request, { publicUrl, onHangUp });
    },
    { hostname: 'localhost', errorHandler: badRequest },
  );
  // Node would answer what has no host with an empty 400.
  const server = createServer({ requireHostHeader: false }, listener);
  const open = countOpenAnswers(server);
  closeAfter(server, requestsPerConnection);
  server.on('checkExpectation', (_, outgoing: ServerResponse) => {
    const { status, headers, body } = problemOf(417, 'The only expectation that is met here is 100-continue.');
    outgoing.writeHead(status, headers).end(body);
  });
  server.on('connect', (_, socket: Duplex) => sendRaw(socket, problemOf(405, 'This is no proxy.')));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Into an answer that is under way nothing can be written.
    if (error.code === 'ECONNRESET' || !socket.writable || (open.get(socket) ?? 0) > 0) socket.destroy();
    else sendRaw(socket, problemOfError(error.code));
  });
  return server;
}

function badRequest(): Response {
  return problemResponse({ status: 400, detail: 'This is not a request that HTTP knows.', code: 'invalid-input' });
}

/** Ends connections by their last request, unless others came behind it already: those are answered before. */
function closeAfter(server: Server, most: number): void {
  const received = new WeakMap<Duplex, number>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const own = (received.get(socket) ?? 0) + 1;
    received.set(socket, own);
    if (own < most) return;
    const writeHead = response.writeHead;
    response.writeHead = ((...parameters: unknown[]) => {
      if (received.get(socket) === own) response.shouldKeepAlive = false;
      return Reflect.apply(writeHead, response, parameters);
    }) as typeof writeHead;
  });
}

function countOpenAnswers(server: Server): WeakMap<Duplex, number> {
  const open = new WeakMap<Duplex, number>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    open.set(socket, (open.get(socket) ?? 0) + 1);
    response.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1));
  });
  return open;
}

/** What Node's parser gives up with, as problem details. */
function problemOfError(code: string | undefined) {
  if (code === 'HPE_HEADER_OVERFLOW') return problemOf(431, 'The headers of the request are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problemOf(408, 'The request did not arrive in time.');
  return problemOf(400, 'This is not a request that HTTP knows.');
}

function problemOf(status: number, detail: string) {
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code: 'invalid-input',
  };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  return { status, headers, body };
}

/** Before there is a response, or where there is none, only the connection itself can be written to. */
function sendRaw(socket: Duplex, { status, headers, body }: ReturnType<typeof problemOf>): void {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`);
}

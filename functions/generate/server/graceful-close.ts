import type { Server, ServerResponse } from 'node:http';

/** Milliseconds that open answers get to be finished; a container's host usually kills after 10 seconds. */
const patience = 5_000;

/**
 * Prepares a server for ending without breaking an answer off. Call it before the server listens.
 *
 * @returns A function that stops accepting connections, has every open answer finished (none for longer than 5 seconds) and
 * resolves when the last connection is closed. Node's own `close` goes on answering whoever keeps sending requests over a
 * connection that was busy when it was called.
 */
export function prepareClosing(server: Server): () => Promise<void> {
  const open = new Set<ServerResponse>();
  let closed: Promise<void> | undefined;
  server.prependListener('request', (_, response: ServerResponse) => {
    if (closed) response.setHeader('Connection', 'close');
    open.add(response);
    response.once('close', () => open.delete(response));
  });

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const response of open) {
        if (response.headersSent) response.once('close', () => server.closeIdleConnections());
        else response.setHeader('Connection', 'close');
      }
      setTimeout(() => server.closeAllConnections(), patience).unref();
    });
  return () => {
    closed ??= close();
    return closed;
  };
}

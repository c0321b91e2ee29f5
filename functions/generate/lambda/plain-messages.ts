import { PlainHeaders, usePlainHeaders } from '../http/plain-headers.ts';

/**
 * The parts of Fetch's `Request` and `Response` that this service and hono use, in the place of Node's own in this whole process: the first
 * use of those loads an HTTP client with all that belongs to it, which takes an eighth of a cold start. To be imported before anything
 * keeps Node's own for itself.
 */

type HeadersInit = ConstructorParameters<typeof PlainHeaders>[0];

/** What Fetch writes large, however it is written. */
const knownMethods = /^(delete|get|head|options|post|put)$/i;

/** A request without a body. */
export class PlainRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: PlainHeaders;
  readonly body = null;

  /** @throws TypeError when HTTP knows no such method, or Fetch takes none such, or the address holds a password. */
  constructor(input: URL | string, { method = 'GET', headers }: { method?: string; headers?: HeadersInit } = {}) {
    const url = new URL(input);
    if (url.username !== '' || url.password !== '') throw new TypeError('The address holds a name or a password.');
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(method) || /^(connect|trace|track)$/i.test(method))
      throw new TypeError(`${JSON.stringify(method)} is no method that is answered.`);
    this.url = url.href;
    this.method = knownMethods.test(method) ? method.toUpperCase() : method;
    this.headers = new PlainHeaders(headers);
  }
}

type Body = string | Uint8Array | null;

/** An answer whose body is there as a whole. */
export class PlainResponse {
  readonly status: number;
  readonly headers: PlainHeaders;
  readonly body: Body;
  readonly bodyUsed = false;

  constructor(body: Body = null, { status = 200, headers }: { status?: number; headers?: HeadersInit } = {}) {
    if (!(body === null || typeof body === 'string' || body instanceof Uint8Array))
      throw new TypeError('A body is a text or bytes here.');
    this.status = status;
    this.headers = new PlainHeaders(headers);
    this.body = body;
    if (typeof body === 'string' && !this.headers.has('Content-Type'))
      this.headers.set('Content-Type', 'text/plain;charset=UTF-8');
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(Buffer.from(this.body ?? '')).buffer;
  }

  async text(): Promise<string> {
    return Buffer.from(this.body ?? '').toString();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

/** Puts all three in the place of Node's own. */
export function usePlainMessages(): void {
  usePlainHeaders();
  for (const [name, value] of Object.entries({ Request: PlainRequest, Response: PlainResponse }))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

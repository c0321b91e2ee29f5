/**
 * Events of AWS's doors to requests, and responses back to results. `hono/aws-lambda` does this too, but is deprecated, trusts every header
 * and turns pictures into base64 byte by byte.
 */

/** What this service reads of an event, whichever door it came through. */
export interface HttpEvent {
  readonly method: string;
  /** Percent-encoded, as a URL has it. */
  readonly path: string;
  /** The query string, percent-encoded, without its question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly host: string | undefined;
  readonly requestId: string | undefined;
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Headers that make a difference to answers; all others stay where they are, whatever strange bytes they hold. */
const readHeaders = [
  'accept',
  'accept-encoding',
  'if-none-match',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-prefix',
];

type Fields = Readonly<Record<string, unknown>>;

/**
 * A visitor's request rather than a schedule's event or a warm-up: of an HTTP API or a function URL (payload format 2.0), of an HTTP API or a
 * REST API (1.0), or of a load balancer. Undefined for all else.
 *
 * @throws URIError when the path is no text that a URL can have.
 */
export function readHttpEvent(event: unknown): HttpEvent | undefined {
  if (!isFields(event)) return undefined;
  const context = isFields(event.requestContext) ? event.requestContext : {};
  const http = isFields(context.http) ? context.http : {};
  const common = {
    headers: { ...lastValues(event.multiValueHeaders), ...fieldsOf(event.headers) },
    host: textOf(context.domainName),
    requestId: textOf(context.requestId),
  };
  if (typeof event.rawPath === 'string' && typeof http.method === 'string') {
    const path = isFunctionUrl(common.host) ? event.rawPath : encodePath(event.rawPath);
    return { ...common, method: http.method, path, query: textOf(event.rawQueryString) ?? '' };
  }
  if (typeof event.path !== 'string' || typeof event.httpMethod !== 'string') return undefined;
  // Of both kinds of APIs that send format 1.0, an HTTP API says so, and it decodes the path; a load balancer leaves the query encoded.
  const path = event.version === '1.0' ? encodePath(event.path) : event.path;
  return { ...common, method: event.httpMethod, path, query: joinQuery(event, isFields(context.elb)) };
}

/** The correlation id of an event, if it is a visitor's. */
export function requestIdOf(event: unknown): string | undefined {
  return isFields(event) && isFields(event.requestContext) ? textOf(event.requestContext.requestId) : undefined;
}

/** @throws TypeError when method or path are none that HTTP knows. */
export function requestFromEvent({ method, path, query, headers, host }: HttpEvent): Request {
  // The router looks methods up in an object, whose own `toString` is no list of routes.
  if (method in Object.prototype) throw new TypeError(`${method} is no HTTP method`);
  const url = new URL(`https://${host !== undefined && URL.canParse(`https://${host}`) ? host : 'localhost'}`);
  url.pathname = path;
  url.search = query;
  const read = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // HTTP's own bytes: what is beyond them is nobody's media type, ETag or host.
    if (typeof value === 'string' && readHeaders.includes(name.toLowerCase()) && /^[\t\x20-\x7e]*$/.test(value))
      read.set(name, value);
  }
  return new Request(url, { method, headers: read });
}

/** What is no text goes out as base64: pictures, files of programs, and whatever is packed. */
export async function resultFromResponse(response: Response): Promise<HttpResult> {
  const isText = /^(text\/|application\/(problem\+)?json)/.test(response.headers.get('Content-Type') ?? 'text/');
  const binary = !isText || response.headers.has('Content-Encoding');
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: bytes.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

/** An HTTP API has decoded the path: its characters are meant as they are, a percent sign too. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Function URLs send the same format as HTTP APIs, but leave the path encoded. */
function isFunctionUrl(host: string | undefined): boolean {
  return host !== undefined && /\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(host);
}

function joinQuery(event: Fields, encoded: boolean): string {
  const single = Object.entries(fieldsOf(event.queryStringParameters)).map(([name, value]) => [name, [value]] as const);
  const multiple = Object.entries(fieldsOf(event.multiValueQueryStringParameters));
  const pairs = (multiple.length > 0 ? multiple : single).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : []).map((value): [string, string] => [name, String(value)]),
  );
  return encoded ? pairs.map((pair) => pair.join('=')).join('&') : new URLSearchParams(pairs).toString();
}

function lastValues(headers: unknown): Record<string, unknown> {
  const entries = Object.entries(fieldsOf(headers));
  return Object.fromEntries(entries.map(([name, values]) => [name, Array.isArray(values) ? values.at(-1) : undefined]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

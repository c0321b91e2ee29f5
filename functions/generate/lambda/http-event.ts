/**
 * API Gateway's HTTP API events (payload format 2.0) to requests, and responses back to results.
 * `hono/aws-lambda` does this too, but is deprecated and turns pictures into base64 byte by byte.
 */

/** The part of an event that this service reads. */
export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly domainName?: string;
    readonly requestId?: string;
    readonly http: { readonly method: string };
  };
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Whether an event is a visitor's request rather than a schedule's or a warm-up. */
export function isHttpEvent(event: unknown): event is HttpEvent {
  if (typeof event !== 'object' || event === null || !('rawPath' in event) || !('requestContext' in event))
    return false;
  const { rawPath, requestContext } = event;
  if (typeof rawPath !== 'string' || typeof requestContext !== 'object' || requestContext === null) return false;
  const http = 'http' in requestContext ? requestContext.http : undefined;
  return typeof http === 'object' && http !== null && 'method' in http && typeof http.method === 'string';
}

/** @throws TypeError when method, path or headers are none that HTTP knows. */
export function requestFromEvent(event: HttpEvent): Request {
  const { domainName = 'localhost', http } = event.requestContext;
  const url = new URL(`https://${domainName}`);
  url.pathname = event.rawPath;
  url.search = event.rawQueryString ?? '';
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (typeof value === 'string') headers.set(name, value);
  }
  return new Request(url, { method: http.method, headers });
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

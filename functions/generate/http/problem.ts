import { z } from '@hono/zod-openapi';
import { type ErrorCode, errorCodes, FreshcarError } from '../../../model/errors.ts';
import type { Log } from '../log.ts';

/** A parameter of a request that cannot be used. The message is a whole sentence about it. */
export class ParameterError extends FreshcarError {
  /** The parameter's name as the caller wrote it. */
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super('invalid-input', message);
    this.name = 'ParameterError';
    this.parameter = parameter;
  }
}

/** What the service says when something is wrong (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().openapi({ example: 'Bad Request' }),
    status: z.int().openapi({ example: 400 }),
    detail: z.string().openapi({ example: 'size must be a whole number from 32 to 512.' }),
    code: z.string().openapi({ example: 'invalid-input' }),
    parameter: z.string().optional().openapi({ description: 'The parameter that was wrong.', example: 'size' }),
  })
  .openapi('Problem');

export type Problem = z.output<typeof problemSchema>;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An `application/problem+json` answer, never to be cached. */
export function problemResponse(
  problem: Pick<Problem, 'status' | 'detail' | 'code' | 'parameter'>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body: Problem = { type: 'about:blank', title: titles[problem.status] ?? 'Error', ...problem };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}

/** What a visitor is told where the truth names buckets and files; the log has the rest. */
const publicDetails: Partial<Record<ErrorCode, string>> = {
  'damaged-bundle': 'The model cannot be used at the moment. Try again in a few seconds.',
  unavailable: 'The model cannot be loaded at the moment. Try again in a few seconds.',
};

/** Turns whatever a route threw into an answer. What nobody foresaw goes to the log with its stack. */
export function problemFromError(error: unknown, log: Log): Response {
  if (error instanceof ParameterError) {
    return problemResponse({ status: 400, detail: error.message, code: error.code, parameter: error.parameter });
  }
  if (error instanceof FreshcarError) {
    const { status } = errorCodes[error.code];
    const detail = publicDetails[error.code] ?? error.message;
    return problemResponse({ status, detail, code: error.code }, status === 503 ? { 'Retry-After': '5' } : {});
  }
  log.error('A request failed unexpectedly.', { error: error instanceof Error ? error.stack : String(error) });
  return problemResponse({ status: 500, detail: 'Something went wrong inside the service.', code: 'internal' });
}

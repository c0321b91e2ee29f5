import type { RouteConfig, z } from '@hono/zod-openapi';
import { maximumSeed } from '../../../model/latent.ts';
import { problemSchema } from './problem.ts';

/** What the API's description says about answers. */
export type Responses = RouteConfig['responses'];
type Described = NonNullable<Responses[string]>;

const header = (description: string, schema: object = { type: 'string' }) => ({ description, schema });

const common = {
  'Server-Timing': header('The milliseconds that the answer and its parts took.'),
  'Cache-Control': header('How long a cache may keep it.'),
};
const aboutCar = {
  'X-Car-Seed': header('The seed of the first car.', { type: 'integer', minimum: 0, maximum: maximumSeed }),
  'X-Model-Version': header('The version of the model that drew it.'),
  ETag: header('Where the seeds were named: tells whether a kept copy is still right.'),
};
const link = { Link: header('Where they were not: the permanent address of the same picture.') };
const retryAfter = { 'Retry-After': header('Seconds to wait.', { type: 'integer', minimum: 1 }) };

function problem(description: string, headers: Readonly<Record<string, object>> = {}): Described {
  const content = { 'application/problem+json': { schema: problemSchema } };
  return { description, headers: { ...common, ...headers }, content };
}

/** Every route may answer with these. */
export const commonProblems: Responses = {
  400: problem('A parameter is wrong; `parameter` names it.'),
  500: problem('A fault of the service itself.'),
};

/** So may every route that needs a model. */
export const modelProblems: Responses = {
  503: problem('No model can be loaded at the moment, or the answer took too long.', retryAfter),
};

/** And those whose address names the model. */
export const namedModelProblems: Responses = { 404: problem('There is no model of this version.') };

/** A picture of a seed that was drawn for it. */
export const freshPicture: Responses = {
  200: {
    description: 'The picture',
    headers: { ...common, ...aboutCar, ...link },
    content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
  },
  406: problem('The `Accept` header refuses PNG.'),
  ...modelProblems,
};

/** A picture that can be had again. */
export const keptPicture: Responses = {
  ...freshPicture,
  304: { description: 'The caller has this picture already.', headers: { ...common, ...aboutCar } },
};

export function jsonResponse(description: string, schema: z.ZodType): Responses {
  return { 200: { description, headers: common, content: { 'application/json': { schema } } } };
}

export function textResponse(description: string, type: string): Responses {
  return { 200: { description, headers: common, content: { [type]: { schema: { type: 'string' } } } } };
}

export function binaryResponse(description: string): Responses {
  const content = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } as const } };
  return { 200: { description, headers: common, content }, 404: problem('There is no such file.') };
}

export const unchangedResponse: Responses = { 304: { description: 'The caller has it already.', headers: common } };

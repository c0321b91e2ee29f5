import { z } from 'zod';

/** An API's description, as far as a test can hold answers against it. */
const schemaSchema = z.looseObject({
  type: z.string(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  multipleOf: z.number().optional(),
});
const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: schemaSchema,
});
const responseSchema = z.object({
  description: z.string().min(1),
  headers: z.record(z.string(), z.unknown()).default({}),
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).default({}),
});
const descriptionSchema = z.object({
  openapi: z.literal('3.1.0'),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  paths: z.record(
    z.string(),
    z.object({
      get: z.object({
        summary: z.string().min(1),
        parameters: z.array(parameterSchema).default([]),
        responses: z.record(z.string(), responseSchema),
      }),
    }),
  ),
});

export type Description = z.output<typeof descriptionSchema>;
export type DescribedParameter = z.output<typeof parameterSchema>;

/** References to shared schemas are replaced by what they refer to. */
export function readDescription(json: string): Description {
  const description = descriptionSchema.parse(JSON.parse(json));
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value) {
      const name = String(value.$ref).replace('#/components/schemas/', '');
      return resolve(description.components.schemas[name]);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  return descriptionSchema.parse({ ...description, paths: resolve(description.paths) });
}

/**
 * Why an answer of a path is not as described; undefined when it is.
 *
 * @param body The answer's body; without it (HEAD) only status and headers count.
 */
export function deviation(
  description: Description,
  path: string,
  response: Response,
  body: string | undefined,
): string | undefined {
  const described = description.paths[path]?.get.responses[response.status];
  if (!described) return `${path} answers ${response.status}, which is not described`;
  for (const name of ['Server-Timing', 'Cache-Control'])
    if (!response.headers.has(name) || !(name in described.headers)) return `${name} is missing or not described`;
  const type = response.headers.get('Content-Type')?.split(';')[0];
  if (type === undefined) return Object.keys(described.content).length === 0 ? undefined : 'there is no Content-Type';
  const content = described.content[type];
  if (!content) return `${path} answers ${response.status} with ${type}, which is not described`;
  if (body === undefined || !type.endsWith('json')) return undefined;
  const result = z.fromJSONSchema(content.schema).safeParse(JSON.parse(body));
  return result.success ? undefined : `${path}: ${z.prettifyError(result.error)}`;
}

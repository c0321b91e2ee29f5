import { z } from 'zod';

/** The part of an OpenAPI description that the page about it shows. */
const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean().default(false),
  schema: z.looseObject({
    type: z.string(),
    minimum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    maximum: z.number().optional(),
    multipleOf: z.number().optional(),
    default: z.union([z.string(), z.number()]).optional(),
    example: z.union([z.string(), z.number()]).optional(),
    description: z.string().optional(),
  }),
});

const operationSchema = z.object({
  summary: z.string(),
  tags: z.tuple([z.string()]),
  parameters: z.array(parameterSchema).default([]),
  responses: z.record(z.string(), z.object({ description: z.string() })),
});

export const descriptionSchema = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.object({ get: operationSchema })),
});

export type Parameter = z.output<typeof parameterSchema>;
export type Operation = z.output<typeof operationSchema>;
export type Description = z.output<typeof descriptionSchema>;

import type { z } from '@hono/zod-openapi';
import { ParameterError } from '../problem.ts';

/**
 * Checks the strings of a path or a query against their schema.
 *
 * @throws ParameterError that names the first parameter which is wrong.
 */
export function parseParameters<Schema extends z.ZodObject>(
  schema: Schema,
  values: Readonly<Record<string, string>>,
): z.output<Schema> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? 'parameter');
  throw new ParameterError(name, `${name} ${issue?.message ?? 'is wrong'}.`);
}

import { z } from 'zod';

/** What an operator chose of that which a later deploy should not take away unasked; empty where it was not chosen. */
const choicesSchema = z.record(z.string(), z.string());

/** What CloudFormation sends to a custom resource. */
export const eventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.object({ Choices: choicesSchema, Drop: z.string().default('') }),
  OldResourceProperties: z.object({ Choices: choicesSchema }).optional(),
});

export type ChoicesEvent = z.output<typeof eventSchema>;

/** Why a deploy is refused, in a sentence; undefined when it may go on. */
export function refusalOf({
  RequestType,
  ResourceProperties,
  OldResourceProperties,
}: ChoicesEvent): string | undefined {
  if (RequestType !== 'Update') return undefined;
  const { Choices, Drop } = ResourceProperties;
  const allowed = Drop.split(',');
  const lost = Object.entries(OldResourceProperties?.Choices ?? {})
    .filter(([name, value]) => value !== '' && (Choices[name] ?? '') === '' && !allowed.includes(name))
    .map(([name, value]) => (value === 'true' ? name : `${name} (${value})`));
  if (lost.length === 0) return undefined;
  const names = lost.map((name) => name.split(' ')[0]).join(',');
  return `This deploy would take away what the one before it had: ${lost.join(', ')}. Write it into cdk.json, or say it again by -c. To take it away on purpose, deploy with -c drop=${names}.`;
}

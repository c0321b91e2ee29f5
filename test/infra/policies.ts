import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

/** One statement of a policy, with references written as `<LogicalName.Attribute>`, without the CDK's hashes. */
export interface Statement {
  /** The policy's own name in the template. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: unknown;
}

const list = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list.optional(),
  Condition: z.unknown().optional(),
});
const documentSchema = z.object({ Statement: z.array(statementSchema) });

/** Every statement in the template: of roles' policies, inline ones, and buckets' and topics'. Not who may assume a role. */
export function statementsOf(template: Template): Statement[] {
  return Object.entries<{ Properties?: Record<string, unknown> }>(template.toJSON().Resources).flatMap(
    ([name, { Properties = {} }]) => {
      const inline = z
        .array(z.object({ PolicyDocument: z.unknown() }))
        .catch([])
        .parse(Properties.Policies);
      const documents = [Properties.PolicyDocument, ...inline.map(({ PolicyDocument }) => PolicyDocument)];
      return documents
        .filter((document) => document !== undefined)
        .flatMap((document) => documentSchema.parse(document).Statement)
        .map(({ Effect, Action, Resource = [], Condition }) => ({
          name,
          effect: Effect,
          actions: Action.map(textOf),
          resources: Resource.map(textOf),
          ...(Condition !== undefined && { condition: Condition }),
        }));
    },
  );
}

/** What the CDK calls an output for another stack: `PublishOutputFnGetAttModels01234567Arn89ABCDEF`. */
const otherStacks = /^PublishOutput(?:Ref|FnGetAtt)(.+?)[0-9A-F]{8}(Arn)?[0-9A-F]{8}$/;

const intrinsicSchema = z.object({
  Ref: z.string().optional(),
  'Fn::GetAtt': z.tuple([z.string(), z.string()]).optional(),
  'Fn::Sub': z.string().optional(),
  'Fn::GetStackOutput': z.object({ OutputName: z.string() }).optional(),
  'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]).optional(),
  'Fn::Select': z.tuple([z.number(), z.unknown()]).optional(),
  'Fn::Split': z.tuple([z.string(), z.unknown()]).optional(),
});

/** A value of a template as text; what is known only at deployment becomes `<Name>` or `<Name.Attribute>`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::GetStackOutput': output,
    'Fn::Sub': sub,
    'Fn::Join': join,
    'Fn::Select': select,
    'Fn::Split': split,
  } = intrinsicSchema.parse(value);
  if (Ref !== undefined) return `<${withoutHash(Ref)}>`;
  if (attribute) return `<${withoutHash(attribute[0])}.${attribute[1]}>`;
  if (output) return `<${output.OutputName.replace(otherStacks, (_, name, of = '') => `${name}${of && `.${of}`}`)}>`;
  if (sub !== undefined) return `<${sub}>`;
  // A part of a name is written as the whole.
  if (select) return textOf(select[1]);
  if (split) return textOf(split[1]);
  if (join) return join[1].map(textOf).join(join[0]);
  throw new Error(`A template has a value that this test does not know: ${JSON.stringify(value)}`);
}

function withoutHash(name: string): string {
  return name.replace(/[0-9A-F]{8}$/, '');
}

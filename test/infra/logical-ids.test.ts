import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { stubTrainingStack } from './stub-stack.ts';

const names = z.record(z.string(), z.string());
const variants = z
  .array(z.object({ context: z.record(z.string(), z.unknown()), FreshcarServing: names, FreshcarTraining: names }))
  .parse(JSON.parse(readFileSync('test/fixtures/infra/logical-ids.json', 'utf8')));

const titled = variants.map((variant): [string, (typeof variants)[number]] => [
  JSON.stringify(variant.context),
  variant,
]);

it.each(titled)('keeps the names of all that is deployed already, for %s', (_, { context, ...stacks }) => {
  const { stack, serving } = stubTrainingStack(context);
  for (const each of [serving, stack]) {
    const resources: Record<string, { Type: string }> = Template.fromStack(each).toJSON().Resources;
    const before = each.node.id === 'FreshcarServing' ? stacks.FreshcarServing : stacks.FreshcarTraining;
    const now = Object.keys(before).map((id) => [id, resources[id]?.Type]);
    expect(Object.fromEntries(now)).toEqual(before);
  }
});

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textOf } from './policies.ts';
import { stubServingStack } from './stub-stack.ts';

const callSchema = z.object({ service: z.string(), action: z.string(), parameters: z.record(z.string(), z.unknown()) });
type Call = z.output<typeof callSchema> & Record<string, unknown>;

const template = Template.fromStack(stubServingStack().stack);

/** A call as the template has it: a JSON text, cut where a name is only known at deployment. */
function parseCall(value: unknown): Call | undefined {
  if (value === undefined) return undefined;
  const text = textOf(value);
  const json = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  return { ...json, ...callSchema.parse(json) };
}

const resources = Object.values(template.findResources('Custom::AWS')).map(({ Properties, DependsOn }) => ({
  create: parseCall(Properties.Create),
  update: parseCall(Properties.Update),
  remove: parseCall(Properties.Delete),
  dependsOn: z.array(z.string()).parse(DependsOn),
}));
const [pointer] = resources.filter(({ create }) => create?.action === 'PutObject');
const copies = resources.filter(({ create }) => create?.action === 'CopyObject');

describe('the first model', () => {
  it('is copied file by file into the folder of its version, the manifest too', () => {
    expect(copies.map(({ create }) => create?.parameters.Key).sort()).toEqual([
      'models/stub-1/generator.onnx',
      'models/stub-1/manifest.json',
    ]);
    for (const { create } of copies) {
      expect(create).toMatchObject({ service: 'S3', parameters: { Bucket: '<Models>' } });
      expect(create?.parameters.CopySource).toMatch(/^<cdk-hnb659fds-assets-.*>\/[0-9a-f]{64}\.\w+$/);
    }
  });

  it('is copied again when a deploy ships another one, and never taken away', () => {
    for (const { create, update, remove } of copies) {
      expect(update).toEqual(create);
      expect(remove).toBeUndefined();
    }
  });

  it('becomes the served one only where there is none, when the stack is created, and after its files', () => {
    expect(pointer?.create).toMatchObject({
      service: 'S3',
      parameters: {
        Bucket: '<Models>',
        Key: 'models/current.json',
        Body: '{"version":"stub-1"}\n',
        IfNoneMatch: '*',
      },
      ignoreErrorCodesMatching: 'PreconditionFailed',
    });
    expect(pointer?.update).toBeUndefined();
    expect(pointer?.remove).toBeUndefined();
    const names = Object.entries(template.findResources('Custom::AWS'))
      .filter(([, { Properties }]) => JSON.stringify(Properties).includes('CopyObject'))
      .map(([name]) => name);
    expect(names).toHaveLength(2);
    expect(pointer?.dependsOn).toEqual(expect.arrayContaining(names));
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { statementsOf, textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const callSchema = z.object({ service: z.string(), action: z.string(), parameters: z.record(z.string(), z.unknown()) });
type Call = z.output<typeof callSchema> & Record<string, unknown>;

/** A call as the template has it: a JSON text, cut where a name is only known at deployment. */
function parseCall(value: unknown): Call | undefined {
  if (value === undefined) return undefined;
  const text = textOf(value);
  const json = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  return { ...json, ...callSchema.parse(json) };
}

/** The calls of S3 that a template makes: copies of files, and the one that writes the pointer. */
function callsOf(template: Template) {
  const resources = Object.entries(template.findResources('Custom::AWS')).map(([name, { Properties, DependsOn }]) => ({
    name,
    create: parseCall(Properties.Create),
    update: parseCall(Properties.Update),
    remove: parseCall(Properties.Delete),
    dependsOn: z.array(z.string()).parse(DependsOn),
  }));
  const [pointer] = resources.filter(({ create }) => create?.action === 'PutObject');
  return { pointer, copies: resources.filter(({ create }) => create?.action === 'CopyObject') };
}

const { pointer, copies } = callsOf(Template.fromStack(stubServingStack().stack));

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
    expect(copies).toHaveLength(2);
    expect(pointer?.dependsOn).toEqual(expect.arrayContaining(copies.map(({ name }) => name)));
  });
});

describe('the first models of a store', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'freshcar-first-models-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const version of ['small-1', 'large-1', 'left-out-1']) {
    mkdirSync(path.join(folder, 'models', version), { recursive: true });
    const manifest = JSON.stringify({ version, files: { 'generator.onnx': { bytes: 10, sha256: 'ab'.repeat(32) } } });
    writeFileSync(path.join(folder, 'models', version, 'manifest.json'), manifest);
    writeFileSync(path.join(folder, 'models', version, 'generator.onnx'), `a stand-in for ${version}`);
  }
  const pointerText = '{"version":"small-1","previous":"left-out-1","alternates":["large-1"]}';
  writeFileSync(path.join(folder, 'models/current.json'), pointerText);
  const template = Template.fromStack(stubServingStack({}, { bundle: folder }).stack);
  const { pointer, copies } = callsOf(template);

  it('are the current one and its alternates, each file in the folder of its version', () => {
    expect(copies.map(({ create }) => create?.parameters.Key).sort()).toEqual([
      'models/large-1/generator.onnx',
      'models/large-1/manifest.json',
      'models/small-1/generator.onnx',
      'models/small-1/manifest.json',
    ]);
    expect(new Set(copies.map(({ create }) => create?.parameters.CopySource)).size).toBe(4);
  });

  it('are named by the first pointer, which comes after the files of all', () => {
    expect(pointer?.create).toMatchObject({
      parameters: { Body: '{"version":"small-1","alternates":["large-1"]}\n', IfNoneMatch: '*' },
      ignoreErrorCodesMatching: 'PreconditionFailed',
    });
    expect(pointer?.update).toBeUndefined();
    expect(pointer?.dependsOn).toEqual(expect.arrayContaining(copies.map(({ name }) => name)));
  });

  it('may be written, and nothing else', () => {
    const writes = statementsOf(template)
      .filter(({ name, actions }) => name.startsWith('FirstModelRole') && actions.includes('s3:PutObject'))
      .flatMap(({ resources }) => resources);
    expect([...writes].sort()).toEqual([
      '<Models.Arn>/models/current.json',
      '<Models.Arn>/models/large-1/generator.onnx',
      '<Models.Arn>/models/large-1/manifest.json',
      '<Models.Arn>/models/small-1/generator.onnx',
      '<Models.Arn>/models/small-1/manifest.json',
    ]);
  });
});

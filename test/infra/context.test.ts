import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ContextError, readSettings, settings } from '../../infra/context.ts';

const cdkJson = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync('cdk.json', 'utf8')));

function sentencesFor(context: Readonly<Record<string, unknown>>): string[] {
  try {
    readSettings(context);
  } catch (error) {
    if (error instanceof ContextError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const certificateIn = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/12345678-1234-1234-1234-123456789012`;

describe('the context', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toMatchObject({ bundle: 'model/pretrained', memory: 1769, timeout: 15, warmCopies: 1 });
    expect(readSettings({}).reservedConcurrency).toBeUndefined();
  });

  it('reads the text of the command line as it reads the JSON of cdk.json', () => {
    const json = {
      memory: 3008,
      timeout: 20,
      reservedConcurrency: 7,
      warmCopies: 0,
      gradualDeployment: false,
      logDays: 7,
    };
    const text = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, String(value)]));
    expect(readSettings(text)).toEqual(readSettings(json));
    expect(readSettings(json)).toMatchObject(json);
  });

  it.each([
    ['engine', 'tfjs', '"tfjs", but it has to be what draws the cars, onnxruntime or tfjs-node'],
    ['architecture', 'arm', '"arm", but it has to be what processor the function runs on, x86_64 or arm64'],
    ['memory', 'lots', '"lots", but it has to be megabytes, a whole number from 512 to 10240'],
    ['memory', 128, '128, but it has to be megabytes'],
    ['memory', 1769.5, '1769.5, but it has to be megabytes'],
    ['timeout', '30', '"30", but it has to be seconds, a whole number from 3 to 29'],
    [
      'warmCopies',
      41,
      '41, but it has to be how many copies of the function pings keep loaded, a whole number from 0 to 40',
    ],
    ['reservedConcurrency', 0, '0, but it has to be how many copies of the function may run at once'],
    ['gradualDeployment', 'yes', '"yes", but it has to be true or false'],
    ['throttleRate', '-5', '"-5", but it has to be requests a second'],
    ['throttleBurst', null, 'null, but it has to be requests at once'],
    ['logDays', 31, '31, but it has to be days, one of 1, 3, 5'],
    ['warmCopies', true, 'true, but it has to be how many copies of the function pings keep loaded'],
    ['provisionedConcurrency', '1e3', '"1e3", but it has to be how many copies of the function AWS holds ready'],
    ['alarmEmail', 'me', '"me", but it has to be an e-mail address'],
    ['monthlyBudget', '12.50', '"12.50", but it has to be US dollars a month, a whole number'],
    ['cdn', 1, '1, but it has to be true or false'],
    ['domain', 'https://cars.example.org', '"https://cars.example.org", but it has to be a domain name'],
    ['certificate', 'mine', '"mine", but it has to be'],
    ['trainingInstance', 'c7i.2xlarge', '"c7i.2xlarge", but it has to be a machine type of SageMaker'],
    ['trainingDevice', 'tpu', '"tpu", but it has to be cpu or gpu'],
    ['trainingSchedule', 'weekly', '"weekly", but it has to be how often'],
    ['drop', 'throttleRate', '"throttleRate", but it has to be what a deploy may take away, some of cdn, domain'],
    ['acceptWeights', 'maybe', '"maybe", but it has to be true or false'],
    ['bundle', '', '"", but it has to be the folder of a bundle or of a store'],
  ])('answers %s=%j with one sentence', (key, value, reason) => {
    const sentences = sentencesFor({ [key]: value });
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/^The context's .*\.$/);
    expect(sentences[0]).toContain(`"${key}" is ${reason}`);
    expect(sentences[0]).toMatch(new RegExp(`such as -c "?${key}=.+\\.$`));
  });

  it('names a key that it does not know, and the keys that there are', () => {
    const [sentence] = sentencesFor({ memroy: 3008 });
    expect(sentence).toContain('no key "memroy"');
    for (const key of Object.keys(settings)) expect(sentence).toContain(key);
  });

  it('says all that is wrong at once', () => {
    expect(sentencesFor({ memory: 1, timeout: 99, cnd: true })).toHaveLength(3);
  });

  it.each([
    [{ engine: 'tfjs-node', architecture: 'arm64' }, 'its image is for x86_64 only'],
    [{ architecture: 'arm64', memory: 1023 }, 'has to be 1024 or more'],
    [{ domain: 'cars.example.org' }, 'only one of "domain" and "certificate"'],
    [{ domain: 'cars.example.org', certificate: certificateIn('eu-central-1'), cdn: true }, 'not in us-east-1'],
    [{ monthlyBudget: 20 }, 'no "alarmEmail"'],
    [{ trainingSchedule: 'rate(7 days)' }, 'there is nothing to start'],
    [{ reservedConcurrency: 2, provisionedConcurrency: 3 }, 'keeps 3 copies of the function ready'],
    [{ reservedConcurrency: 2, warmCopies: '5' }, 'allows only 2'],
  ])('answers %j, which contradicts itself, with one sentence', (context, reason) => {
    expect(sentencesFor(context)).toEqual([expect.stringContaining(reason)]);
  });

  it("leaves the construct library's own keys alone", () => {
    const foreign = {
      '@aws-cdk/core:stackRelativeExports': true,
      'aws:cdk:bundling-stacks': ['**'],
      'cdk-migrate': true,
    };
    expect(sentencesFor(foreign)).toEqual([]);
  });

  it.each(Object.entries(settings))('gives an example for %s that it takes itself', (key, { example }) => {
    const sentences = sentencesFor({ [key]: example });
    // Some keys need another one, and the message then says so instead.
    expect(sentences.filter((sentence) => sentence.includes('has to be'))).toEqual([]);
  });
});

describe('cdk.json', () => {
  const keys = Object.keys(cdkJson.context);

  it('holds values that can be deployed', () => {
    expect(sentencesFor(cdkJson.context)).toEqual([]);
  });

  it('explains every key and nothing else', () => {
    const explained = keys.filter((key) => key.startsWith('// ')).map((key) => key.slice(3));
    expect(explained.sort()).toEqual(Object.keys(settings).sort());
  });

  it('gives each key the value that it has anyway', () => {
    const own = Object.fromEntries(Object.entries(cdkJson.context).filter(([key]) => !key.startsWith('//')));
    expect(readSettings(own)).toEqual(readSettings({}));
  });
});

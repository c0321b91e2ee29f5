import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stubTrainingStack } from './stub-stack.ts';

const findingSchema = z.object({
  ruleName: z.string(),
  violatingConstructs: z.array(z.object({ constructPath: z.string() })),
});
const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      conclusion: z.string(),
      violations: z.array(findingSchema),
      suppressedViolations: z
        .array(findingSchema.extend({ reason: z.string(), acknowledgedId: z.string() }))
        .default([]),
    }),
  ),
});

/** What AWS's own rules for good solutions say of the whole app, as the CDK reports it. */
function nag(context: Readonly<Record<string, unknown>> = {}) {
  const { app, stack, serving } = stubTrainingStack(context);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const text = readFileSync(path.join(directory, 'validation-report.json'), 'utf8');
  const report = reportSchema
    .parse(JSON.parse(text))
    .pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions');
  const acknowledged = [stack, serving]
    .flatMap(({ node }) => node.findAll())
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys(data));
  return { report, acknowledged };
}

describe("AWS's rules for good solutions", () => {
  // With everything that can be asked for.
  const { report, acknowledged } = nag({
    cdn: true,
    stage: 'beta',
    replica: 'cars-in-europe',
    warmCopies: 3,
    tracing: true,
    alarmEmail: 'cars@example.org',
    monthlyBudget: 20,
    training: true,
    trainingSchedule: 'rate(7 days)',
  });

  it('finds nothing that is not explained', { timeout: 60_000 }, () => {
    expect(report?.violations).toEqual([]);
    expect(report?.conclusion).toBe('success');
  });

  it('explains each exception in a sentence of its own', () => {
    const reasons = new Map(report?.suppressedViolations.map(({ ruleName, reason }) => [ruleName, reason]));
    expect(reasons.size).toBeGreaterThan(0);
    for (const reason of reasons.values()) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
    expect(new Set(reasons.values()).size).toBe(reasons.size);
  });

  it('has no exception that nothing needs', () => {
    const needed = new Set(report?.suppressedViolations.map(({ acknowledgedId }) => acknowledgedId));
    expect(acknowledged.filter((id) => !needed.has(id))).toEqual([]);
  });
});

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('the dashboard', () => {
  it('shows alarms, requests, times, copies and models', () => {
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = textOf(dashboard?.Properties.DashboardBody);
    const titles = JSON.parse(body).widgets.map(
      ({ properties }: { properties: { title: string } }) => properties.title,
    );
    expect(titles).toEqual([
      'Alarms',
      'Requests',
      'Milliseconds until the answer',
      'Milliseconds in the function',
      'Copies of the function at once',
      'What went wrong',
      'Models, newest first',
    ]);
    const { query } = JSON.parse(body).widgets.at(-1).properties;
    expect(query).toMatch(
      /\| filter message in \["The model could not be loaded\.",.*\]\n\| sort @timestamp desc\n\| limit 50$/,
    );
  });
});

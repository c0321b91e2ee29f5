import type { Settings } from '../context.ts';

/** What a stage adds to a name that has to be the account's only one; nothing where none is named. */
function suffixOf({ stage }: Pick<Settings, 'stage'>): string {
  return stage === undefined ? '' : `-${stage}`;
}

/** The stacks of a stage. Two stages fit one account and region: everything else is named after its stack. */
export function stackNames(settings: Pick<Settings, 'stage'>) {
  const suffix = suffixOf(settings);
  return { serving: `FreshcarServing${suffix}`, training: `FreshcarTraining${suffix}` } as const;
}

/** CloudWatch's name for the group of a stage's own metrics: of two stages with one, each would ring the other's alarms. */
export function metricNamespace(settings: Pick<Settings, 'stage'>): string {
  return `freshcar${suffixOf(settings)}`;
}

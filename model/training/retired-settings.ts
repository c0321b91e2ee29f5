import { FreshcarError } from '../errors.ts';
import { isRecord } from '../json.ts';

/**
 * Settings that version 0.1 had and that are no more, since no recipe was better for them: where each lay in a configuration, and
 * what it was where nobody asked for it. How often R1 was computed meant nothing without R1.
 */
const retired: readonly { readonly name: string; readonly path: readonly string[]; readonly off?: string | number }[] =
  [
    { name: 'fake-label', path: ['labels', 'fake'], off: 0 },
    { name: 'border', path: ['augment', 'border'], off: 'mirror' },
    { name: 'cutout', path: ['augment', 'cutout'], off: 0 },
    { name: 'r1', path: ['r1'], off: 0 },
    { name: 'r1-every', path: ['r1Every'] },
    { name: 'freeze-discriminator', path: ['freezeDiscriminator'], off: 0 },
  ];

/**
 * A configuration without the settings that are no more, so that runs, checkpoints and files of version 0.1 go on.
 *
 * @throws FreshcarError `invalid-input` where one of them was asked for: the run cannot go on as what it is.
 */
export function withoutRetired(config: unknown): unknown {
  return retired.reduce(
    (rest, { name, path, off }) => without(rest, path, (value) => refuseUnlessOff(name, value, off)),
    config,
  );
}

/** The same of settings by name and as text, as flags and hyperparameters are. */
export function withoutRetiredNames(values: Readonly<Record<string, string>>): Record<string, string> {
  const names = new Set(retired.map(({ name }) => name));
  for (const { name, off } of retired) {
    const text = values[name];
    if (text !== undefined) refuseUnlessOff(name, typeof off === 'number' ? Number(text) : text, off);
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

function without(config: unknown, [key = '', ...below]: readonly string[], check: (value: unknown) => void): unknown {
  if (!isRecord(config) || !(key in config)) return config;
  const { [key]: value, ...rest } = config;
  if (below.length > 0) return { ...rest, [key]: without(value, below, check) };
  check(value);
  return rest;
}

function refuseUnlessOff(name: string, value: unknown, off: string | number | undefined): void {
  if (off === undefined || value === off) return;
  throw new FreshcarError(
    'invalid-input',
    `${name} is ${String(value)} here, a setting that version 0.1 had and that is no more. Go on by version 0.1, or begin a new run without it.`,
  );
}

import { createRequire } from 'node:module';

/** Every behaviour that the installed construct library recommends for new projects, so that `cdk.json` need not list 85. */
export const recommendedFlags: Readonly<Record<string, unknown>> = createRequire(import.meta.url)(
  'aws-cdk-lib/recommended-feature-flags.json',
);

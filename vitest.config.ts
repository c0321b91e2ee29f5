import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A slow or busy machine is no failure: plain JavaScript trains in the tests where the native library is missing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

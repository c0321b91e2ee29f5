import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A slow or busy machine is no failure: plain JavaScript trains in the tests where the native library is missing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // TensorFlow sums in another order on one thread than on two, further from Keras's numbers; so it has two on any machine.
    env: { TF_NUM_INTRAOP_THREADS: '2' },
  },
});

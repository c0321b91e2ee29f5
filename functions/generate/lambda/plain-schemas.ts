import { config } from 'zod/v4/core';

/**
 * To be imported before all schemas, which look at this when they are made: zod would compile each at its first use, and that takes
 * longer than a cold start ever checks by it.
 */
config({ jitless: true });

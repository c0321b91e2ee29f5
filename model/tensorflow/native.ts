import { createRequire } from 'node:module';
import util from 'node:util';

/** CommonJS, as all of TensorFlow.js: so its packages and our imports of `@tensorflow/tfjs-core` share one engine. */
const require = createRequire(import.meta.url);

/** Loads and registers the native backend, or returns why it does not load. */
export function loadNative(): { readonly cause: unknown } | undefined {
  // Hides the library's notes on the processor and on oneDNN; warnings and errors are still printed.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  mendUtil();
  try {
    require('@tensorflow/tfjs-node');
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/** tfjs-node 4.22 calls two functions of `node:util` that Node 22 warns of and Node 23 dropped in part. */
function mendUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

/** Whether the package, one of its own packages, its addon or the library below is absent, as npm leaves it behind. */
export function isMissing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause ? cause.code : undefined;
  return (
    code === 'MODULE_NOT_FOUND' ||
    (code === 'ERR_DLOPEN_FAILED' && cause.message.includes('cannot open shared object file')) ||
    cause.message.includes('tfjs_binding.node) can not be found')
  );
}

/** The first line of why the native backend did not load, without its full stop; the rest is a list of files. */
export function reasonNotLoaded(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1);
  return line.trim().replace(/\.$/, '');
}

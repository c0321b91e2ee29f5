/**
 * The one base error of the project: what went wrong, as a code that machines act on and a sentence that people act on.
 * `errorCodes` maps every code to the HTTP status and the exit code that its doors answer with.
 */

/** What each code means outside: the HTTP status of the service and the exit code of the command line. */
export const errorCodes = {
  /** The caller asked for something that cannot be asked for: a bad option, seed or size. */
  'invalid-input': { status: 400, exit: 2 },
  /** What was named does not exist: a route, a model version, a file. */
  'not-found': { status: 404, exit: 1 },
  /** Someone else changed the same thing first; look again before repeating. */
  conflict: { status: 409, exit: 1 },
  /** Files are there but cannot be trusted: wrong size, wrong SHA-256, wrong shape, not what they claim to be. */
  'damaged-bundle': { status: 503, exit: 1 },
  /** A store, network or disk did not answer in time or at all; the same call may work later. */
  unavailable: { status: 503, exit: 1 },
  /** More is asked for at once than can be done soon; the same call will work later. */
  busy: { status: 503, exit: 1 },
  /** It took longer than it may. */
  timeout: { status: 503, exit: 1 },
  /** A part of the installation is missing: a native library, a Python, a compiler. */
  'missing-dependency': { status: 500, exit: 1 },
  /** A training run can't go on: diverged, or its data is not what it began with. */
  'training-failed': { status: 500, exit: 1 },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error whose message tells a person what to do next. `cause` keeps the original error where there was one. */
export class FreshcarError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FreshcarError';
    this.code = code;
  }
}

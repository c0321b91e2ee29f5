/** One line of the log: what happened, and the facts beside it. */
export type LogLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Where the service writes what its operator should know. */
export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/**
 * A log of one JSON object a line. Everything that came from outside is escaped by JSON, so that no request can forge
 * a line of its own.
 *
 * @param write Gets each line without its line break.
 * @param always Fields of every line.
 */
export function jsonLog(write: (line: string) => void, always: Readonly<Record<string, unknown>> = {}): Log {
  const level =
    (name: string): LogLine =>
    (message, fields) =>
      write(JSON.stringify({ level: name, message, ...always, ...fields }));
  return { info: level('info'), warn: level('warn'), error: level('error') };
}

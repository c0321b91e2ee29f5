import type { Terminal } from './terminal.ts';

/** One line that says what goes on: on a terminal written over again and again, otherwise a line every few seconds. */
export interface StatusLine {
  /** Says what goes on now. */
  show(text: string): void;
  /** Says something that stays, without leaving a rest of the line behind or before it. */
  note(text: string): void;
  /** The same as `warning: ...`. */
  warn(message: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Milliseconds between two lines where they cannot be written over. */
const lineEvery = 5000;
/** Columns of a terminal that does not say how many it has. */
const usualColumns = 80;

export function statusLine({ err, now }: Pick<Terminal, 'err' | 'now'>): StatusLine {
  let [shown, last] = [false, now()];
  const clear = () => {
    if (shown) err.write('\r\u001b[K');
    shown = false;
  };
  const note = (text: string) => {
    clear();
    err.write(`${text}\n`);
  };
  return {
    show: (text) => {
      if (err.isTTY) {
        // One column stays free: a full line would break, and the next one could not be written over it.
        err.write(`\r\u001b[K${cutTo(text, (err.columns || usualColumns) - 1)}`);
        shown = true;
      } else if (now() - last >= lineEvery) {
        last = now();
        err.write(`${text}\n`);
      }
    },
    note,
    warn: (message) => note(`warning: ${message}`),
    clear,
  };
}

/** The text's beginning, where it is longer than `columns`. */
export function cutTo(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}

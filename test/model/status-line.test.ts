import { describe, expect, it } from 'vitest';
import { statusLine } from '../../model/status-line.ts';

function record(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  let time = 0;
  const line = statusLine({ err: { write: (text) => written.push(text), isTTY, columns }, now: () => time });
  return { line, written, wait: (milliseconds: number) => (time += milliseconds) };
}

describe('statusLine', () => {
  it('writes over itself on a terminal, never over the last column', () => {
    const { line, written } = record(true, 10);
    line.show('123456789');
    line.show('1234567890');
    expect(written).toEqual(['\r\u001b[K123456789', '\r\u001b[K12345678…']);
  });

  it('makes room for a warning, which stays', () => {
    const { line, written } = record(true, 80);
    line.show('going on');
    line.warn('it is late');
    line.clear();
    expect(written.slice(1)).toEqual(['\r\u001b[K', 'warning: it is late\n']);
  });

  it('writes a line every five seconds where nothing can be written over', () => {
    const { line, written, wait } = record(false);
    line.show('one');
    wait(4999);
    line.show('two');
    wait(1);
    line.show('three');
    line.show('four');
    line.clear();
    expect(written).toEqual(['three\n']);
  });
});

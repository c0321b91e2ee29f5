/**
 * JSON as people's programs write it: Windows' editors put a byte-order mark before it, which the standard leaves to readers to
 * ignore (RFC 8259, 8.1).
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/^\ufeff/, ''));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

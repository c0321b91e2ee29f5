/**
 * The part of Fetch's `Headers` that this service and hono use. Node's own takes a third of all the time that an answer takes beside
 * drawing: it converts every argument by the rules of browsers, and its first use loads a whole HTTP client.
 *
 * Cookies, the one header whose values must not be joined, are refused: this service sets none.
 */
export class PlainHeaders implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>();

  constructor(init?: Iterable<readonly [string, string]> | Readonly<Record<string, string>> | null) {
    if (init === undefined || init === null) return;
    const pairs = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** @throws TypeError when HTTP knows no such name or value, such as one with a line break. */
  set(name: string, value: string): void {
    this.#values.set(checkedName(name), checkedValue(value));
  }

  /** @throws TypeError as `set` does. */
  append(name: string, value: string): void {
    const own = checkedName(name);
    const before = this.#values.get(own);
    this.#values.set(own, before === undefined ? checkedValue(value) : `${before}, ${checkedValue(value)}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  getSetCookie(): string[] {
    return [];
  }

  forEach(callback: (value: string, name: string, headers: PlainHeaders) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  /** In the order of their names. */
  *entries(): IterableIterator<[string, string]> {
    for (const name of this.keys()) yield [name, this.#values.get(name) ?? ''];
  }

  keys(): IterableIterator<string> {
    return [...this.#values.keys()].sort()[Symbol.iterator]();
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

/** A token (RFC 9110, 5.6.2). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What would begin another header, or is no byte. */
const refusedInValues = /[\0\r\n]|[^\0-\xff]/;

function checkedName(name: string): string {
  if (!token.test(name) || (name.length === 10 && name.toLowerCase() === 'set-cookie'))
    throw new TypeError(`${JSON.stringify(name)} is no header that is used here.`);
  return name.toLowerCase();
}

function checkedValue(value: string): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (refusedInValues.test(text)) throw new TypeError(`${JSON.stringify(text)} is no value of a header.`);
  return text;
}

/** Puts it in the place of Node's own, in this whole process; to be called before anything keeps that for itself. */
export function usePlainHeaders(): void {
  Object.defineProperty(globalThis, 'Headers', { value: PlainHeaders, writable: true, configurable: true });
}

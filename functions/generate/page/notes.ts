import { lookOf, lookParts, type Model, type Shown, withQuery } from './address.ts';

/** A car as it is written down: in this browser's storage, and in a link that carries several. Such as `42~fronts-64-3~truncation=0.7`. */
export type Note = string;

type ModelNamed = (name: string | null) => Model;

export function noteOf(shown: Shown): Note {
  const parts = lookParts(shown);
  return [shown.seed, shown.model.name ?? '', ...(parts.length === 0 ? [] : [parts.join('&')])].join('~');
}

/** The car of a note; undefined for what is none, since anybody can write a link. */
export function carOf(note: string, modelNamed: ModelNamed): Shown | undefined {
  const [seed = '', name = '', look = ''] = note.split('~');
  if (!/^\d{1,10}$/.test(seed) || Number(seed) >= 2 ** 32 || !/^[a-z0-9.-]{0,64}$/.test(name)) return undefined;
  return { seed: Number(seed), ...lookOf(new URLSearchParams(look)), model: modelNamed(name === '' ? null : name) };
}

/** Notes in one of the browser's storages; without one, or with a full one, they last as long as the page. */
export class Notes {
  readonly #storage: Storage | undefined;
  readonly #key: string;
  readonly #most: number;
  #notes: readonly Note[];

  constructor(storage: () => Storage, key: string, most: number) {
    this.#key = key;
    this.#most = most;
    this.#storage = attempt(storage);
    this.#notes = this.#read();
  }

  get all(): readonly Note[] {
    return this.#notes;
  }

  has(note: Note): boolean {
    return this.#notes.includes(note);
  }

  /** The newest come first; what is there already stays where it is. */
  add(...notes: readonly Note[]): void {
    const fresh = notes.filter((note) => !this.has(note));
    this.#write([...fresh, ...this.#notes].slice(0, this.#most));
  }

  remove(note: Note): void {
    this.#write(this.#notes.filter((other) => other !== note));
  }

  /** Calls back when another tab has changed them. */
  onChange(act: () => void): void {
    addEventListener('storage', ({ key }) => {
      if (key !== this.#key) return;
      this.#notes = this.#read();
      act();
    });
  }

  #read(): readonly Note[] {
    const parsed: unknown = attempt(() => JSON.parse(this.#storage?.getItem(this.#key) ?? '[]'));
    return Array.isArray(parsed) ? parsed.filter((note) => typeof note === 'string').slice(0, this.#most) : [];
  }

  #write(notes: readonly Note[]): void {
    this.#notes = notes;
    attempt(() => this.#storage?.setItem(this.#key, JSON.stringify(notes)));
  }
}

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const fragment = '#kept=';

/** A link to the page that carries cars along. Behind the #, so that it never reaches a server. */
export function linkOf(notes: readonly Note[]): string {
  return withQuery('./', []) + fragment + notes.map(encodeURIComponent).join(',');
}

/** The notes that the page's address carries. */
export function notesIn(hash: string): readonly Note[] {
  if (!hash.startsWith(fragment)) return [];
  return hash
    .slice(fragment.length)
    .split(',')
    .map((note) => attempt(() => decodeURIComponent(note)) ?? '');
}

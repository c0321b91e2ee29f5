/** What the page shows: one car, and how strange. It is what the page's address says. */
export interface Shown {
  readonly seed: number;
  /** Scales the latent vector; 1 is as trained. */
  readonly truncation: number;
}

/** The query string that shows the same again, for the page and for a picture alike. */
function look(truncation: number): string[] {
  return truncation === 1 ? [] : [`truncation=${truncation}`];
}

const withQuery = (path: string, parts: readonly string[]) =>
  parts.length === 0 ? path : `${path}?${parts.join('&')}`;

/** The picture of a car; without a size in the model's own pixels, which the browser enlarges. */
export function carAddress({ seed, truncation }: Shown, size?: number): string {
  return withQuery(`cars/${seed}.png`, [...(size === undefined ? [] : [`size=${size}`]), ...look(truncation)]);
}

export function sheetAddress({ seed, truncation }: Shown, rows: number, columns: number): string {
  return withQuery('sheet.png', [`rows=${rows}`, `columns=${columns}`, `seed=${seed}`, ...look(truncation)]);
}

/** A walk from one car to another as an animation. Both are as strange as the second. */
export function morphAddress(from: Shown, { seed, truncation }: Shown): string {
  return withQuery('morph.png', [`from=${from.seed}`, `to=${seed}`, 'frames=48', ...look(truncation)]);
}

/** The page itself with this car on it. */
export function pageAddress({ seed, truncation }: Shown): string {
  return withQuery('./', [`seed=${seed}`, ...look(truncation)]);
}

/** What an address bar shows; undefined when it names no car. */
export function shownAt(search: string): Shown | undefined {
  const query = new URLSearchParams(search);
  const seed = query.get('seed');
  if (seed === null || !/^\d{1,10}$/.test(seed)) return undefined;
  return { seed: Number(seed), truncation: Number(query.get('truncation') ?? 1) || 1 };
}

/** Any car, drawn from the browser's own randomness: nobody else is likely ever to meet it. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** A model that the page can show cars of. */
export interface Model {
  /** What the page's address calls it; undefined for the one that the page shows anyway. */
  readonly name: string | undefined;
  /** What the addresses of its pictures begin with; nothing for the current one. */
  readonly base: string;
  /** Width and height of its cars in pixels; undefined where the service could not say. */
  readonly size: number | undefined;
}

/** What the page shows: one car, how strange, and by which model. It is what the page's address says. */
export interface Shown {
  readonly seed: number;
  /** Scales the latent vector; 1 is as trained. */
  readonly truncation: number;
  readonly model: Model;
}

/** The query string that shows the same again, for the page and for a picture alike. */
function look(truncation: number): string[] {
  return truncation === 1 ? [] : [`truncation=${truncation}`];
}

const withQuery = (path: string, parts: readonly string[]) =>
  parts.length === 0 ? path : `${path}?${parts.join('&')}`;

/** The picture of a car; without a size in the model's own pixels, which the browser enlarges. */
export function carAddress({ seed, truncation, model }: Shown, size?: number): string {
  return withQuery(`${model.base}cars/${seed}.png`, [
    ...(size === undefined ? [] : [`size=${size}`]),
    ...look(truncation),
  ]);
}

export function sheetAddress({ seed, truncation, model }: Shown, rows: number, columns: number): string {
  const parts = [`rows=${rows}`, `columns=${columns}`, `seed=${seed}`, ...look(truncation)];
  return withQuery(`${model.base}sheet.png`, parts);
}

/** A walk from one car to another as an animation. Both are as strange as the second, and drawn by its model. */
export function morphAddress(from: Shown, { seed, truncation, model }: Shown): string {
  const parts = [`from=${from.seed}`, `to=${seed}`, 'frames=48', ...look(truncation)];
  return withQuery(`${model.base}morph.png`, parts);
}

const named = ({ name }: Model) => (name === undefined ? [] : [`model=${name}`]);

/** The page itself with this car on it. */
export function pageAddress({ seed, truncation, model }: Shown): string {
  return withQuery('./', [`seed=${seed}`, ...look(truncation), ...named(model)]);
}

/** The page with another car, as strange and by the same model. */
export function freshAddress({ truncation, model }: Omit<Shown, 'seed'>): string {
  return withQuery('./', [...look(truncation), ...named(model)]);
}

/** Such as "64 × 64 pixels"; the model's name where its size is not known. */
export function sizeOf({ name = '', size }: Model): string {
  return size === undefined ? name : `${size} × ${size} pixels`;
}

/** Where to read about a model. */
export function modelAddress({ base }: Model): string {
  return base === '' ? 'model' : base.slice(0, -1);
}

/** What an address bar shows; undefined when it names no car. A model that it does not name, or that is not there, is the first. */
export function shownAt(search: string, [usual, ...others]: readonly [Model, ...Model[]]): Shown | undefined {
  const query = new URLSearchParams(search);
  const seed = query.get('seed');
  if (seed === null || !/^\d{1,10}$/.test(seed)) return undefined;
  const name = query.get('model');
  const model = others.find((other) => other.name === name) ?? usual;
  return { seed: Number(seed), truncation: Number(query.get('truncation') ?? 1) || 1, model };
}

/** Any car, drawn from the browser's own randomness: nobody else is likely ever to meet it. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

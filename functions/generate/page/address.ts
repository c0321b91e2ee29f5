import type { Changes } from '../../../model/directions/change.ts';
import { propertyNames } from '../../../model/directions/properties.ts';

/** A model that the page can show cars of. */
export interface Model {
  /** Its version; undefined for the current one where the service could not say which it is. */
  readonly name: string | undefined;
  /** What the addresses of its pictures begin with. */
  readonly base: string;
  /** Width and height of its cars in pixels; undefined where the service could not say. */
  readonly size: number | undefined;
}

/** The model that the service named in a page's HTML. */
export function modelNamedIn({ model, base, size }: DOMStringMap): Model {
  return { name: model || undefined, base: base ?? '', size: Number(size) || undefined };
}

/** How a car is to look, beside its seed; written as the service's own query parameters are. */
export interface Look extends Changes {
  /** Scales the latent vector; 1 is as trained. */
  readonly truncation: number;
  /** The seed of another car that this one is on the way to. */
  readonly towards?: number;
  /** How far on that way, from 0 to 1. */
  readonly by?: number;
}

/** What the page shows: one car by one model. It is what the page's address says. */
export interface Shown extends Look {
  readonly seed: number;
  readonly model: Model;
}

export function lookParts(look: Look): string[] {
  const { truncation, towards, by } = look;
  return [
    ...(truncation === 1 ? [] : [`truncation=${truncation}`]),
    ...(towards === undefined || by === undefined ? [] : [`towards=${towards}`, `by=${by}`]),
    ...propertyNames.flatMap((name) => (look[name] ? [`${name}=${look[name]}`] : [])),
  ];
}

export const withQuery = (path: string, parts: readonly string[]) =>
  parts.length === 0 ? path : `${path}?${parts.join('&')}`;

/** The picture of a car; without a size in the model's own pixels, which the browser enlarges. */
export function carAddress(shown: Shown, size?: number): string {
  const parts = [...(size === undefined ? [] : [`size=${size}`]), ...lookParts(shown)];
  return withQuery(`${shown.model.base}cars/${shown.seed}.png`, parts);
}

/** A sheet of cars from a seed on; with `around`, of cars that are on the way from that car to those. */
export function sheetAddress(
  { truncation, model }: Pick<Shown, 'truncation' | 'model'>,
  { seed, rows, columns, around }: { seed: number; rows: number; columns: number; around?: number },
): string {
  const parts = [`rows=${rows}`, `columns=${columns}`, `seed=${seed}`];
  if (around !== undefined) parts.push(`around=${around}`);
  return withQuery(`${model.base}sheet.png`, [...parts, ...lookParts({ truncation })]);
}

const named = ({ name }: Model) => (name === undefined ? [] : [`model=${name}`]);

/** The page itself with this car on it. It names the model, so that it shows the same car after another one has become current. */
export function pageAddress(shown: Shown): string {
  return withQuery('./', [`seed=${shown.seed}`, ...lookParts(shown), ...named(shown.model)]);
}

/** The page with another car, as strange and by the same model. */
export function freshAddress({ truncation, model }: Pick<Shown, 'truncation' | 'model'>): string {
  return withQuery('./', [...lookParts({ truncation }), ...named(model)]);
}

/** The pixels of all cars that the service draws for one picture, those of the way back included, and the most frames. */
const [walkPixels, mostFrames] = [2 ** 20, 120];
/** Steps from one car of a walk to the next: a fiftieth has few decimals, as the addresses of cars between two have. */
export const walkSteps = 50;
/** The milliseconds that they take. */
export const walkPace = 1500;

/** How all cars of a walk are shown. */
export type Manner = Pick<Shown, 'truncation' | 'model'> & Changes;

/** A walk through some cars by one model, there and back, as an animated PNG: as fine as the service draws it. */
export function morphAddress(seeds: readonly number[], { model, ...look }: Manner): string {
  const parts = seeds.length - 1;
  const most = Math.min(mostFrames, Math.floor(walkPixels / 2 / (model.size ?? 128) ** 2));
  const frames = Math.min(parts * walkSteps + 1, most);
  const delay = Math.round((walkPace * parts) / (frames - 1));
  const query = [`through=${seeds.join(',')}`, `frames=${frames}`, `delay=${delay}`, 'back=true'];
  return withQuery(`${model.base}morph.png`, [...query, ...lookParts(look)]);
}

/** The page that walks through some cars, by one model. */
export function morphPageAddress(
  { seeds, isSquare = false }: { readonly seeds: readonly number[]; readonly isSquare?: boolean },
  { model, at, ...look }: Manner & { readonly at?: string },
): string {
  return withQuery('morph', [
    `cars=${seeds.join(',')}`,
    ...(isSquare ? ['square=true'] : []),
    ...(at === undefined || /^0(,0)?$/.test(at) ? [] : [`at=${at}`]),
    ...lookParts(look),
    ...named(model),
  ]);
}

/** The page about a model. */
export function aboutAddress(model: Model): string {
  return withQuery('about', named(model));
}

/** Such as "64 × 64 pixels"; the model's name where its size is not known. */
export function sizeOf({ name = '', size }: Model): string {
  return size === undefined ? name : `${size} × ${size} pixels`;
}

/** Such as "Car 42", or "Car 42, 30% of the way to car 7". */
export function nameOf({ seed, towards, by }: Pick<Shown, 'seed' | 'towards' | 'by'>): string {
  return towards === undefined || by === undefined
    ? `Car ${seed}`
    : `Car ${seed}, ${Math.round(by * 100)}% of the way to car ${towards}`;
}

const seedOf = (text: string | null) => {
  const seed = text !== null && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return seed < 2 ** 32 ? seed : undefined;
};

/** The look that a query describes; what cannot be understood is as if it was not there. */
export function lookOf(query: URLSearchParams): Look {
  const truncation = Number(query.get('truncation') ?? 1);
  const towards = seedOf(query.get('towards'));
  const by = Number(query.get('by') ?? Number.NaN);
  const amounts = propertyNames.map((name) => [name, Number(query.get(name) ?? 0)] as const);
  const changes: Changes = Object.fromEntries(amounts.filter(([, amount]) => amount !== 0 && Math.abs(amount) <= 3));
  return {
    ...changes,
    truncation: truncation > 0 && truncation <= 1.5 ? truncation : 1,
    ...(towards !== undefined && by >= 0 && by <= 1 && { towards, by }),
  };
}

/** What an address bar shows; undefined when it names no car. */
export function shownAt(search: string, modelNamed: (name: string | null) => Model): Shown | undefined {
  const query = new URLSearchParams(search);
  const seed = seedOf(query.get('seed'));
  return seed === undefined ? undefined : { seed, ...lookOf(query), model: modelNamed(query.get('model')) };
}

/** Any car, drawn from the browser's own randomness: nobody else is likely ever to meet it. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

import { html } from 'hono/html';
import type { Markup, Values } from './page-files.ts';
import {
  baseOf,
  lookParts,
  modelNotice,
  modelSwitch,
  type PageLook,
  type PageModel,
  type PageModels,
  pageAddress,
} from './page-models.ts';
import { lookString } from './parameters/look.ts';

/** Rows and columns of the sheet on the page; its script knows them too. */
const sheet = { rows: 4, columns: 8 } as const;
/** So many sheets of each model are shown, so that a cache before this service has most of them. */
const sheets = 256;

/** Such as "Car 42", or "Car 42, 30% of the way to car 7". */
export function carName({ seed, towards, by }: PageLook): string {
  return towards === undefined || by === undefined
    ? `Car ${seed}`
    : `Car ${seed}, ${Math.round(by * 100)}% of the way to car ${towards}`;
}

/** The page of a car, seen from the top. */
export function carPageAddress(look: PageLook, model: Pick<PageModel, 'version'>): string {
  return `models/${model.version}/cars/${look.seed}${lookString(lookParts(look))}`;
}

/** What is said of a car to programs that show a link to it elsewhere. */
export function sharingHead(look: PageLook, models: PageModels, origin: string): Markup {
  const { seed } = look;
  const name = carName(look);
  // Its own page where the model is known, else the page with it on.
  const own = models.shown === undefined ? pageAddress(look, undefined).slice(2) : carPageAddress(look, models.shown);
  const address = `${origin}/${own}`;
  const card = `${origin}/${baseOf(models.shown)}cars/${seed}/card.png${lookString(lookParts(look))}`;
  const properties = [
    ['og:type', 'website'],
    ['og:site_name', 'freshcar'],
    ['og:url', address],
    ['og:title', `${name} does not exist`],
    ['og:description', 'A small neural network drew this car front out of a number. It was never built.'],
    ['og:image', card],
    ['og:image:type', 'image/png'],
    ['og:image:width', '1200'],
    ['og:image:height', '630'],
    ['og:image:alt', `${name}, a car front that was never built, drawn by a small neural network`],
  ] as const;
  const tags = properties.map(([name, content]) => html`<meta property="${name}" content="${content}">`);
  const canonical = html`<link rel="canonical" href="${address}">`;
  return { markup: [canonical, ...tags, '<meta name="twitter:card" content="summary_large_image">'].join('\n    ') };
}

/** What the explorer page is filled with. */
export function explorerValues(look: PageLook, models: PageModels, asked: string | undefined): Values {
  const { seed, truncation } = look;
  const { shown } = models;
  const base = baseOf(shown);
  const car = `${base}cars/${seed}.png`;
  // The same for everybody who sees this car: a page that is reloaded asks for nothing new.
  const first = (seed % sheets) * sheet.rows * sheet.columns;
  const query = lookString(lookParts(look));
  return {
    seed: String(seed),
    truncation: String(truncation),
    look: query.slice(1),
    size: String(shown?.imageSize ?? ''),
    base,
    model: shown?.version ?? '',
    name: carName(look),
    alt: `${carName(look)}, a car front that was never built`,
    car: car + query,
    // A multiple of every model's own size.
    download: car + lookString({ size: 512, ...lookParts(look) }),
    permalink: pageAddress(look, shown),
    wall: `wall${lookString({ from: first, truncation, model: shown?.version })}`,
    another: `./${lookString({ truncation, model: shown?.version })}`,
    sheet: `${base}sheet.png${lookString({ ...sheet, seed: first, truncation })}`,
    places: { markup: placesOf(first, truncation, models) },
    notice: { markup: modelNotice(models, look, asked) },
    models: { markup: modelSwitch(models, look) },
  };
}

/** A link over each car of the sheet, so that it can be picked without a script too. */
function placesOf(first: number, truncation: number, { shown }: PageModels): string {
  return Array.from({ length: sheet.rows * sheet.columns }, (_, index) => {
    const seed = first + index;
    const address = pageAddress({ seed, truncation }, shown);
    return html`<a href="${address}" aria-label="Show car ${seed}"></a>`;
  }).join('');
}

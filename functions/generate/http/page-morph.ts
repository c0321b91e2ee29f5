import { html } from 'hono/html';
import type { Values } from './page-files.ts';
import { baseOf, type PageModels } from './page-models.ts';
import { changesOf } from './parameters/changes.ts';
import { lookString } from './parameters/look.ts';
import type { MorphPageQuery } from './parameters/queries.ts';

/** What the page that walks from car to car is filled with. */
export function morphValues(
  { truncation, square, at = '', ...query }: MorphPageQuery,
  cars: readonly number[],
  { shown }: PageModels,
): Values {
  const base = baseOf(shown);
  const [first = 0] = cars;
  const look = { truncation, ...changesOf(query) };
  const thumbnails = cars.map((seed) => {
    const address = `${base}cars/${seed}.png${lookString(look)}`;
    return html`<li><img src="${address}" width="96" height="96" alt="Car ${seed}"></li>`;
  });
  return {
    cars: cars.join(','),
    look: lookString(look).slice(1),
    size: String(shown?.imageSize ?? ''),
    base,
    model: shown?.version ?? '',
    square: String(square),
    at,
    alt: `A walk through the cars ${cars.join(', ')}`,
    still: `${base}cars/${first}.png${lookString(look)}`,
    walk: `${base}morph.png${lookString({ through: cars.join(','), back: 'true', ...look })}`,
    thumbnails: { markup: thumbnails.join('') },
    notice: '',
  };
}

import { html } from 'hono/html';
import type { Values } from './page-files.ts';
import { baseOf, type PageModels } from './page-models.ts';
import { lookString, type MorphPageQuery } from './parameters.ts';

/** What the page that walks from car to car is filled with. */
export function morphValues(
  { truncation, square, at = '' }: MorphPageQuery,
  cars: readonly number[],
  { shown }: PageModels,
): Values {
  const base = baseOf(shown);
  const [first = 0] = cars;
  const thumbnails = cars.map((seed) => {
    const address = `${base}cars/${seed}.png${lookString({ truncation })}`;
    return html`<li><img src="${address}" width="96" height="96" alt="Car ${seed}"></li>`;
  });
  return {
    cars: cars.join(','),
    truncation: String(truncation),
    size: String(shown?.imageSize ?? ''),
    base,
    model: shown?.version ?? '',
    square: String(square),
    at,
    alt: `A walk through the cars ${cars.join(', ')}`,
    still: `${base}cars/${first}.png${lookString({ truncation })}`,
    walk: `${base}morph.png${lookString({ through: cars.join(','), back: 'true', truncation })}`,
    thumbnails: { markup: thumbnails.join('') },
    notice: '',
  };
}

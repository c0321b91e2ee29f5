import { html } from 'hono/html';
import { maximumSeed } from '../../../model/latent.ts';
import type { Values } from './page-files.ts';
import { baseOf, modelNotice, type PageModels } from './page-models.ts';
import { lookString } from './parameters/look.ts';
import type { WallQuery } from './parameters/queries.ts';

/** Rows and columns of a block; the page's script knows them too. */
const block = { rows: 4, columns: 8 } as const;
/** Blocks on the page without a script. */
const plainBlocks = 3;

/** What the wall is filled with. Blocks begin at multiples of their cars, so that there are few addresses of each. */
export function wallValues({ from, truncation, model }: WallQuery, models: PageModels): Values {
  const { shown } = models;
  const cars = block.rows * block.columns;
  const first = from - (from % cars);
  const base = baseOf(shown);
  const pictures = Array.from({ length: plainBlocks }, (_, index) => {
    const seed = (first + index * cars) % (maximumSeed + 1);
    const address = `${base}sheet.png${lookString({ ...block, seed, truncation })}`;
    return html`<img src="${address}" width="1024" height="512" alt="The cars ${seed} to ${seed + cars - 1}">`;
  });
  const next = (first + plainBlocks * cars) % (maximumSeed + 1);
  const hidden = shown === undefined ? '' : html`<input type="hidden" name="model" value="${shown.version}">`;
  return {
    from: String(first),
    truncation: String(truncation),
    base,
    model: shown?.version ?? '',
    hidden: { markup: String(hidden) },
    plain: { markup: pictures.join('') },
    next: `wall${lookString({ from: next, truncation, model: shown?.version })}`,
    icon: `${base}cars/${first}.png`,
    notice: { markup: modelNotice(models, { seed: first, truncation }, model) },
  };
}

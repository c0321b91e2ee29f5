import { html } from 'hono/html';
import type { ModelKeeper } from '../models/model-registry.ts';
import type { OfferedModel } from '../models/offered-models.ts';
import { lookString } from './parameters.ts';

/** A model as the page shows it. One that only the page's address told of may be of any size. */
export type PageModel = Omit<OfferedModel, 'imageSize'> & { readonly imageSize: number | undefined };

/** The models that the page lets its visitors choose from. */
export interface PageModels {
  /** The current one first, without those that fail; empty where it is not known what there is. */
  readonly all: readonly OfferedModel[];
  /** The one of the largest cars, which the page shows where its address names none. */
  readonly usual: OfferedModel | undefined;
  /** Undefined for the current one where it is not known what there is. */
  readonly shown: PageModel | undefined;
}

/** What the page shows of a car beside the model. */
interface Look {
  readonly seed: number;
  readonly truncation: number;
}

/**
 * Which models there are, and which one the page shows. One that could not be loaded is left out until it can be: the page that
 * everybody is shown must not depend on a model that is only offered. Where that cannot be had, or not within `patience` milliseconds, the
 * page does without, since it is there to be looked at and says itself why a car is missing; it then takes its address at its word,
 * so that a reload or a copied link shows the same car.
 *
 * @param asked The version that the page's address names. One that is known not to be offered, or no longer, counts for nothing: who
 * follows an old link wants to see a car.
 */
export async function choosePageModel(
  keeper: ModelKeeper,
  asked: string | undefined,
  patience: number,
): Promise<PageModels> {
  const offered = await withinTime(keeper.list(), patience).catch(() => []);
  const all = offered.filter(({ version }) => !keeper.isFailing(version));
  const [current, ...beside] = all;
  if (current === undefined) {
    const shown = asked === undefined ? undefined : { version: asked, imageSize: undefined, current: false };
    return { all, usual: undefined, shown };
  }
  const larger = (one: OfferedModel, other: OfferedModel) => (other.imageSize > one.imageSize ? other : one);
  const usual = beside.reduce(larger, current);
  return { all, usual, shown: all.find(({ version }) => version === asked) ?? usual };
}

/** What the addresses of a model's pictures begin with, seen from the page; nothing for the current one. */
export function baseOf(model: PageModel | undefined): string {
  return model === undefined || model.current ? '' : `models/${model.version}/`;
}

/** What the page's own address calls a model; undefined for the one that it shows anyway. */
export function nameOf(model: PageModel | undefined, { usual }: PageModels): string | undefined {
  return model === usual ? undefined : model?.version;
}

/**
 * The links from one model to the other, each to the same car; nothing where there is no choice. They work without a script,
 * and the page's own script reads from them what there is.
 */
export function modelSwitch(models: PageModels, look: Look): string {
  const { all, shown } = models;
  if (all.length < 2) return '';
  const links = all.map((model) => {
    const name = nameOf(model, models);
    const attributes = [
      ['href', `./${lookString({ ...look, model: name })}`],
      ['data-base', baseOf(model)],
      ['data-size', String(model.imageSize)],
      ...(name === undefined ? [] : [['data-model', name]]),
      ...(model === shown ? [['aria-current', 'true']] : []),
    ].map(([attribute, value]) => html` ${attribute}="${value}"`);
    return html`<a${attributes}>${labelOf(model, all)}</a>`;
  });
  return String(
    html`<div id="models" class="models" role="group" aria-label="Size of the cars">${links} <span>pixels</span></div>`,
  );
}

/** Such as "64 × 64", with the version where several models are of one size. */
function labelOf({ imageSize, version }: OfferedModel, all: readonly OfferedModel[]): string {
  const size = `${imageSize} × ${imageSize}`;
  return all.filter((other) => other.imageSize === imageSize).length === 1 ? size : `${size} (${version})`;
}

async function withinTime<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It took too long.')), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

import { html } from 'hono/html';
import type { Changes } from '../../../model/directions/change.ts';
import { FreshcarError } from '../../../model/errors.ts';
import type { ModelChoice } from '../models/alternates.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { changesOf } from './parameters/changes.ts';
import { lookString } from './parameters/look.ts';

/** A model as a page shows it. Of one that only the page's address told of the size may not be known. */
export type PageModel = Omit<ModelChoice, 'imageSize'> & { readonly imageSize: number | undefined };

/** The models that a page lets its visitors choose from. */
export interface PageModels {
  /** The current one first, without those that fail; empty where it is not known what there is. */
  readonly all: readonly ModelChoice[];
  /** The one of the largest cars, which pages show where their address names none. */
  readonly usual: ModelChoice | undefined;
  /** Undefined for the current one where it is not known what there is. */
  readonly shown: PageModel | undefined;
  /** Of the model that the address names: `older` when it is no alternate and still served, `gone` when it is not served or does not draw. */
  readonly asked?: 'older' | 'gone' | undefined;
}

/** What a page shows of a car beside the model. */
export interface PageLook extends Changes {
  readonly seed: number;
  readonly truncation: number;
  readonly towards?: number | undefined;
  readonly by?: number | undefined;
}

/**
 * Which models there are, and which one a page shows. One that could not be loaded is left out until it can be: the page that
 * everybody is shown must not depend on an alternate. Where that cannot be had, or not within `patience` milliseconds, the
 * page does without, since it is there to be looked at and says itself why a car is missing; it then takes its address at its word,
 * so that a reload or a copied link shows the same car.
 *
 * @param asked The version that the page's address names. The one before the current one is shown although it is no alternate, so
 * that a link outlasts a promotion; where it is not served at all, who follows the link still wants to see a car.
 */
export async function choosePageModel(
  registry: ModelRegistry,
  asked: string | undefined,
  patience: number,
): Promise<PageModels> {
  const choices = await withinTime(registry.list(), patience).catch(() => []);
  const all = choices.filter(({ version }) => !registry.isFailing(version));
  const [current, ...others] = all;
  const taken = (version: string) => ({ version, imageSize: undefined, current: false });
  if (current === undefined) return { all, usual: undefined, shown: asked === undefined ? undefined : taken(asked) };
  const larger = (one: ModelChoice, other: ModelChoice) => (other.imageSize > one.imageSize ? other : one);
  const usual = others.reduce(larger, current);
  if (asked === undefined) return { all, usual, shown: usual };
  const found = all.find(({ version }) => version === asked);
  if (found) return { all, usual, shown: found };
  if (registry.isFailing(asked)) return { all, usual, shown: usual, asked: 'gone' };
  try {
    const imageSize = await withinTime(
      registry.use(async ({ engine }) => engine.imageSize, asked),
      patience,
    );
    return { all, usual, shown: { version: asked, imageSize, current: false }, asked: 'older' };
  } catch (error) {
    if (error instanceof FreshcarError && error.code === 'not-found')
      return { all, usual, shown: usual, asked: 'gone' };
    return { all, usual, shown: taken(asked) };
  }
}

/** What the addresses of a model's pictures begin with, seen from a page at the top. They name the model wherever it is known. */
export function baseOf(model: PageModel | undefined): string {
  return model === undefined ? '' : `models/${model.version}/`;
}

/** What of a look stands in addresses, beside the seed. */
export function lookParts(look: PageLook): Readonly<Record<string, number | undefined>> {
  const { truncation, towards, by } = look;
  return { truncation, towards, by, ...changesOf(look) };
}

/** The page with a car on it, as it is linked to. */
export function pageAddress(look: PageLook, model: PageModel | undefined): string {
  return `./${lookString({ seed: look.seed, ...lookParts(look), model: model?.version })}`;
}

/**
 * The links from one model to the other, each to the same car; nothing where there is no choice. They work without a script,
 * and the page's own script reads from them what there is.
 */
export function modelSwitch({ all, usual, shown }: PageModels, look: PageLook): string {
  if (all.length < 2) return '';
  const links = all.map((model) => {
    const attributes = [
      ['href', pageAddress(look, model)],
      ['data-base', baseOf(model)],
      ['data-size', String(model.imageSize)],
      ['data-model', model.version],
      ...(model === usual ? [['data-usual', '']] : []),
      ...(model === shown ? [['aria-current', 'true']] : []),
    ].map(([attribute, value]) => html` ${attribute}="${value}"`);
    return html`<a${attributes}>${labelOf(model, all)}</a>`;
  });
  return String(
    html`<div id="models" class="models" role="group" aria-label="Size of the cars">${links} <span>pixels</span></div>`,
  );
}

/** What is to be said of the model that the address names, where that is not simply one of those to choose from. */
export function modelNotice({ asked, shown, usual }: PageModels, look: PageLook, named: string | undefined): string {
  if (asked === undefined) return '';
  const text =
    asked === 'older'
      ? html`Drawn by an older model, ${named}. <a href="${pageAddress(look, usual)}">The same number by the newest one</a>`
      : html`The model ${named}, which this link names, is not kept any more or cannot be loaded. This is the same number by another one.`;
  return String(html`<p id="notice" class="notice" data-model="${shown?.version ?? ''}">${text}</p>`);
}

/** Such as "64 × 64", with the version where several models are of one size. */
function labelOf({ imageSize, version }: ModelChoice, all: readonly ModelChoice[]): string {
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

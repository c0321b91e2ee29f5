import { type Model, pageAddress, type Shown } from './address.ts';

export interface ModelSwitch {
  /** The model that the page shows when its address names none, then the others. */
  readonly models: readonly [Model, ...Model[]];
  /** The model that the page came with. */
  readonly arrival: Model;
  /** Marks what is shown, and has every link lead to the same car. */
  mark(shown: Shown): void;
}

/** Calls back when a link is clicked plainly: with a modifier it is a link like any other, for a new tab. */
export function onPlainClick(link: HTMLAnchorElement, act: () => void): void {
  link.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    act();
  });
}

/**
 * The links between the models, as the server put them into the page; where there is one model only there are none.
 *
 * @param sole The model where there is no choice.
 * @param pick Is told the model whose link was followed.
 */
export function createModelSwitch(box: HTMLElement | null, sole: Model, pick: (model: Model) => void): ModelSwitch {
  const links = [...(box?.querySelectorAll('a') ?? [])];
  const entries = links.map((link) => ({ link, model: modelOf(link) }));
  for (const { link, model } of entries) onPlainClick(link, () => pick(model));
  const [usual = sole, ...others] = entries
    .map(({ model }) => model)
    .sort((one, other) => Number(one.name !== undefined) - Number(other.name !== undefined));
  return {
    models: [usual, ...others],
    arrival: entries.find(({ link }) => link.getAttribute('aria-current') === 'true')?.model ?? usual,
    mark(shown) {
      for (const { link, model } of entries) {
        link.href = pageAddress({ ...shown, model });
        if (model === shown.model) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
  };
}

function modelOf({ dataset }: HTMLAnchorElement): Model {
  return { name: dataset.model, base: dataset.base ?? '', size: Number(dataset.size) };
}

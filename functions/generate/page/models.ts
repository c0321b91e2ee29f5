import { type Model, pageAddress, type Shown } from './address.ts';
import { onPlainClick } from './dom.ts';

export interface ModelSwitch {
  /** The model that the page came with. */
  readonly arrival: Model;
  /** The model that an address names; the usual one where it names none. */
  named(name: string | null): Model;
  /** Marks what is shown, and has every link lead to the same car. */
  mark(shown: Shown): void;
}

/**
 * The links between the models, as the server put them into the page; where there is one model only there are none.
 *
 * @param arrival The model that the page came with.
 * @param pick Is told the model whose link was followed.
 */
export function createModelSwitch(box: HTMLElement | null, arrival: Model, pick: (model: Model) => void): ModelSwitch {
  const links = [...(box?.querySelectorAll('a') ?? [])];
  const entries = links.map((link) => ({ link, model: modelOf(link, arrival) }));
  for (const { link, model } of entries) onPlainClick(link, () => pick(model));
  const usual = entries.find(({ link }) => link.dataset.usual !== undefined)?.model ?? arrival;
  const known = new Map([arrival, ...entries.map(({ model }) => model)].map((model) => [model.name, model]));
  return {
    arrival,
    named: (name) => (name === null ? usual : (known.get(name) ?? unknownModel(name))),
    mark(shown) {
      for (const { link, model } of entries) {
        link.href = pageAddress({ ...shown, model });
        if (model === shown.model) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
  };
}

/** One object for one model, so that they can be compared. */
function modelOf({ dataset }: HTMLAnchorElement, arrival: Model): Model {
  if (dataset.model === arrival.name) return arrival;
  return { name: dataset.model, base: dataset.base ?? '', size: Number(dataset.size) };
}

function unknownModel(name: string): Model {
  return { name, base: `models/${name}/`, size: undefined };
}

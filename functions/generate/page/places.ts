import { carAddress, type Manner, type Shown } from './address.ts';
import { element } from './dom.ts';
import { keptNotes } from './kept.ts';
import { carOf, Notes } from './notes.ts';
import { createStrip } from './strip.ts';

/** The fewest and the most cars of a walk. */
const [fewest, most] = [2, 4];

export interface Places {
  show(seeds: readonly number[]): void;
}

/**
 * The cars of a walk, one of which is chosen to be changed, and those that the visitor kept or saw, to change it for.
 *
 * @param change Is told the cars as they are to be.
 */
export function createPlaces(
  manner: () => Manner,
  change: (seeds: readonly number[]) => void,
  freshSeed: () => number,
): Places {
  const list = element('cars', HTMLElement);
  const add = element('add', HTMLButtonElement);
  const remove = element('remove', HTMLButtonElement);
  let seeds: readonly number[] = [];
  let chosen = 0;

  const put = (seed: number) => change(seeds.map((other, at) => (at === chosen ? seed : other)));
  const choose = (place: number) => {
    chosen = place;
    mark();
  };
  const mark = () => {
    [...list.querySelectorAll('button')].forEach((button, at) => {
      button.setAttribute('aria-pressed', String(at === chosen));
    });
  };

  const show = (next: readonly number[]) => {
    seeds = next;
    chosen = Math.min(chosen, seeds.length - 1);
    add.disabled = seeds.length >= most;
    remove.disabled = seeds.length <= fewest;
    list.replaceChildren(...seeds.map((seed, place) => entryOf({ seed, ...manner() }, place, choose)));
    mark();
  };

  add.addEventListener('click', () => {
    chosen = seeds.length;
    change([...seeds, freshSeed()]);
  });
  remove.addEventListener('click', () => change(seeds.filter((_, at) => at !== chosen)));
  element('change', HTMLButtonElement).addEventListener('click', () => put(freshSeed()));

  const notes = [...keptNotes().all, ...new Notes(() => sessionStorage, 'freshcar.seen', 40).all];
  const known = new Set(
    notes.map((note) => carOf(note, () => manner().model)?.seed).filter((seed) => seed !== undefined),
  );
  const yours = createStrip(element('yours', HTMLElement), ({ seed }) => put(seed), 'Put here');
  yours.fill([...known].map((seed) => ({ seed, ...manner() })));
  element('yours-section', HTMLElement).hidden = known.size === 0;
  return { show };
}

function entryOf(car: Shown, place: number, choose: (place: number) => void): HTMLLIElement {
  const picture = new Image(96, 96);
  picture.src = carAddress(car);
  picture.alt = '';
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-label', `Place ${place + 1}, car ${car.seed}`);
  button.append(picture);
  button.addEventListener('click', () => choose(place));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

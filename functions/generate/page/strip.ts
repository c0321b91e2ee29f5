import { carAddress, nameOf, pageAddress, type Shown, sizeOf } from './address.ts';

export const isSame = (one: Shown, other: Shown) => pageAddress(one) === pageAddress(other);

export interface Strip {
  /** Shows these cars and no others. */
  fill(cars: readonly Shown[]): void;
  /** Marks the one that the page shows large. */
  mark(shown: Shown): void;
}

/** A row of small cars to pick from. */
export function createStrip(list: HTMLElement, pick: (shown: Shown) => void, act = 'Show'): Strip {
  let entries: readonly { readonly car: Shown; readonly item: HTMLLIElement }[] = [];
  return {
    fill(cars) {
      // Pictures that are there already stay, so that none is asked for twice.
      entries = cars.map(
        (car) => entries.find((entry) => isSame(entry.car, car)) ?? { car, item: entryOf(car, pick, act) },
      );
      list.replaceChildren(...entries.map(({ item }) => item));
    },
    mark(shown) {
      for (const { car, item } of entries)
        item.firstElementChild?.setAttribute('aria-current', String(isSame(car, shown)));
    },
  };
}

function entryOf(car: Shown, pick: (shown: Shown) => void, act: string): HTMLLIElement {
  const picture = new Image(64, 64);
  picture.src = carAddress(car);
  picture.alt = '';
  picture.loading = 'lazy';
  const button = document.createElement('button');
  button.type = 'button';
  const size = sizeOf(car.model);
  button.setAttribute(
    'aria-label',
    `${act} ${nameOf(car).replace('Car', 'car')}${act === 'Show' ? ' again' : ''}${size === '' ? '' : `, ${size}`}`,
  );
  button.append(picture);
  button.addEventListener('click', () => pick(car));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

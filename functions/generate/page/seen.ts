import { carAddress, pageAddress, type Shown, sizeOf } from './address.ts';

const kept = 40;
const same = (one: Shown, other: Shown) => pageAddress(one) === pageAddress(other);

/** The strip of cars seen so far, the newest first. Returns a function that adds one and marks it as shown. */
export function createSeen(list: HTMLElement, section: HTMLElement, pick: (shown: Shown) => void) {
  const cars: Shown[] = [];

  return (shown: Shown): void => {
    if (!cars.some((car) => same(car, shown))) {
      cars.unshift(shown);
      list.prepend(entry(shown, pick));
      if (cars.length > kept) {
        cars.pop();
        list.lastElementChild?.remove();
      }
    }
    cars.forEach((car, index) => {
      list.children[index]?.firstElementChild?.setAttribute('aria-current', String(same(car, shown)));
    });
    section.hidden = cars.length < 2;
  };
}

function entry(shown: Shown, pick: (shown: Shown) => void): HTMLLIElement {
  const picture = new Image(64, 64);
  picture.src = carAddress(shown);
  picture.alt = '';
  const button = document.createElement('button');
  button.type = 'button';
  const pixels = shown.model.name === undefined ? '' : `, ${sizeOf(shown.model)}`;
  button.setAttribute('aria-label', `Show car ${shown.seed} again${pixels}`);
  button.append(picture);
  button.addEventListener('click', () => pick(shown));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

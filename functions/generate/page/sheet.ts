import { wayOfRow } from '../../../model/around.ts';
import { nameOf, pageAddress, type Shown, sheetAddress } from './address.ts';
import { onPlainClick } from './dom.ts';
import { roam } from './roam.ts';

/** As many as the HTML's own sheet has, so that it is the only one that is asked for. */
const rows = 4;
const columns = 8;

/** There are so many sheets of each model, so that a cache between here and the service has most of them. */
const sheets = 256;

/** What a sheet holds: cars from a seed on, or those on the way to them from the car `around`. */
export interface SheetContent {
  readonly seed: number;
  readonly around?: number;
}

export interface Sheet {
  /** Fills it anew; the same content as before by another model, or more or less strange, when none is named. */
  fill(look: Pick<Shown, 'truncation' | 'model'>, content?: SheetContent): void;
}

/** Another sheet of the car park. */
export function freshSheet(): SheetContent {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return { seed: (random % sheets) * rows * columns };
}

/**
 * One picture with many cars, and a link over each.
 *
 * @param pick Is told the car that was picked.
 */
export function createSheet(
  { picture, places }: { readonly picture: HTMLImageElement; readonly places: HTMLElement },
  first: Pick<Shown, 'truncation' | 'model'>,
  pick: (shown: Shown) => void,
): Sheet {
  let content: SheetContent = { seed: Number(new URL(picture.src).searchParams.get('seed')) };
  let look = first;
  const links = [...places.querySelectorAll('a')];
  roam(places, columns);
  const carAt = (index: number): Shown => {
    const { truncation, model } = look;
    const seed = (content.seed + index) % 2 ** 32;
    if (content.around === undefined) return { seed, truncation, model };
    return { seed: content.around, towards: seed, by: wayOfRow(Math.floor(index / columns), rows), truncation, model };
  };
  const label = () => {
    links.forEach((link, index) => {
      const car = carAt(index);
      link.href = pageAddress(car);
      link.setAttribute('aria-label', `Show ${nameOf(car).replace('Car', 'car')}`);
    });
  };
  links.forEach((link, index) => {
    onPlainClick(link, () => pick(carAt(index)));
  });
  return {
    fill(next, filling = content) {
      content = filling;
      look = next;
      picture.src = sheetAddress(next, { ...content, rows, columns });
      picture.alt =
        content.around === undefined
          ? 'A sheet of made-up cars'
          : `Cars like car ${content.around}, the nearest ones first`;
      label();
    },
  };
}

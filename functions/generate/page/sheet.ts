import { freshSeed, sheetAddress } from './address.ts';

interface SheetElements {
  readonly box: HTMLElement;
  readonly picture: HTMLImageElement;
}

/** Wide windows have room for more cars a row; on a phone each stays large enough for a thumb. */
function shapeFor(width: number): { rows: number; columns: number } {
  if (width >= 900) return { rows: 5, columns: 16 };
  return width >= 600 ? { rows: 6, columns: 10 } : { rows: 8, columns: 6 };
}

/**
 * One picture with many cars, and a button over each. Returns a function that fills it anew.
 *
 * @param pick Is told the seed of the car that was picked.
 */
export function createSheet({ box, picture }: SheetElements, pick: (seed: number) => void) {
  const places = document.createElement('div');
  places.className = 'places';
  box.append(places);

  return (truncation: number, first = freshSeed()): number => {
    const { rows, columns } = shapeFor(box.clientWidth);
    picture.src = sheetAddress({ seed: first, truncation }, rows, columns);
    picture.width = columns * 64;
    picture.height = rows * 64;
    places.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
    places.replaceChildren(
      ...Array.from({ length: rows * columns }, (_, index) => {
        const seed = (first + index) % 2 ** 32;
        const button = document.createElement('button');
        button.type = 'button';
        button.setAttribute('aria-label', `Show car ${seed}`);
        button.addEventListener('click', () => pick(seed));
        return button;
      }),
    );
    return first;
  };
}

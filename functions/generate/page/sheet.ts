import { freshSeed, type Model, type Shown, sheetAddress } from './address.ts';

interface SheetElements {
  readonly box: HTMLElement;
  readonly picture: HTMLImageElement;
}

/** The pixels of all cars that the service draws for one picture. */
const drawnLimit = 2 ** 20;
/** Of the largest cars that there can be: a sheet for these is drawn by every model. */
const largestSize = 128;

/** Wide windows have room for more cars a row; on a phone each stays large enough for a thumb. */
function shapeFor(width: number, { size = largestSize }: Model): { rows: number; columns: number } {
  const most = (rows: number, columns: number) => ({
    rows: Math.min(rows, Math.floor(drawnLimit / (columns * size ** 2))),
    columns,
  });
  if (width >= 900) return most(5, 16);
  return width >= 600 ? most(6, 10) : most(8, 6);
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

  return ({ truncation, model }: Pick<Shown, 'truncation' | 'model'>, first = freshSeed()): number => {
    const { rows, columns } = shapeFor(box.clientWidth, model);
    picture.src = sheetAddress({ seed: first, truncation, model }, rows, columns);
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

import { type Model, pageAddress, sheetAddress } from './address.ts';
import { element } from './dom.ts';
import { watchPictures } from './pictures.ts';
import { roam } from './roam.ts';

/** As many as the explorer's car park has, so that both ask for the same sheets and a cache has them. */
const rows = 4;
const columns = 8;
const block = rows * columns;
/** How far above and below what is seen blocks have their picture and their links, in pixels. */
const margin = 400;
const seeds = 2 ** 32;

const main = element('main', HTMLElement);
const tiles = element('tiles', HTMLElement);
const end = element('end', HTMLElement);
const model: Model = { name: main.dataset.model || undefined, base: main.dataset.base ?? '', size: undefined };
const truncation = Number(main.dataset.truncation);
const from = Number(main.dataset.from);

const seedOf = (tile: Element, index: number) =>
  (from + Number((tile as HTMLElement).dataset.block) * block + index) % seeds;

/** Blocks far from what is seen are empty boxes of the right size: thousands of links would make a page slow. */
function fill(tile: HTMLElement): void {
  if (tile.childElementCount > 0) return;
  const first = seedOf(tile, 0);
  const picture = new Image(columns * 64, rows * 64);
  picture.src = sheetAddress({ truncation, model }, { seed: first, rows, columns });
  picture.alt = '';
  const places = document.createElement('div');
  places.className = 'places';
  for (let index = 0; index < block; index++) {
    const link = document.createElement('a');
    link.href = pageAddress({ seed: seedOf(tile, index), truncation, model });
    link.setAttribute('aria-label', `Car ${seedOf(tile, index)}`);
    places.append(link);
  }
  roam(places, columns);
  tile.append(picture, places);
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!(target instanceof HTMLElement)) continue;
      if (isIntersecting) fill(target);
      else if (!target.contains(document.activeElement)) target.replaceChildren();
    }
  },
  { rootMargin: `${margin}px 0px` },
);

function addBlocks(count: number): void {
  for (let added = 0; added < count; added++) {
    const tile = document.createElement('div');
    tile.className = 'tile';
    tile.dataset.block = String(tiles.childElementCount);
    tiles.append(tile);
    near.observe(tile);
  }
}

/** Where the visitor was, when the way back leads here again. */
interface Place {
  readonly blocks: number;
  readonly top: number;
}

function placeOf(state: unknown): Place | undefined {
  if (typeof state !== 'object' || state === null || !('blocks' in state) || !('top' in state)) return undefined;
  return typeof state.blocks === 'number' && typeof state.top === 'number'
    ? { blocks: state.blocks, top: state.top }
    : undefined;
}

function remember(): void {
  const place: Place = { blocks: tiles.childElementCount, top: scrollY };
  history.replaceState(place, '');
}

history.scrollRestoration = 'manual';
watchPictures((sentence) => {
  element('status', HTMLElement).textContent = sentence;
});
const place = placeOf(history.state);
addBlocks(Math.max(4, place?.blocks ?? 0));
if (place) scrollTo(0, place.top);
addEventListener('pagehide', remember);
tiles.addEventListener('click', remember);

let growing = false;

/**
 * More blocks well before the last one is seen; as their boxes are empty, many cost nothing. Not by an observer, which says nothing
 * where a jump brings the end back before it has noticed that the end was gone.
 */
function growWhereNear(): void {
  growing = end.getBoundingClientRect().top < innerHeight + 3000;
  if (!growing) return;
  addBlocks(8);
  requestAnimationFrame(growWhereNear);
}

for (const change of ['scroll', 'resize'])
  addEventListener(change, () => growing || growWhereNear(), { passive: true });
growWhereNear();

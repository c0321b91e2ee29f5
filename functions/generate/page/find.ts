import type { Found } from '../../../model/likeness/nearest.ts';
import type { Refined } from '../../../model/likeness/refine.ts';
import { carAddress, modelNamedIn, pageAddress, type Shown } from './address.ts';
import { type CarFinder, loadFinder, rounds } from './car-finder.ts';
import { afterQuiet, element } from './dom.ts';
import { imageOf } from './draw-frames.ts';
import { mayLoadEngine } from './local-engine.ts';
import { createPhotoSquare } from './photo-square.ts';
import { watchPictures } from './pictures.ts';

/** How many cars are shown beside the nearest one. */
const others = 11;

const main = element('main', HTMLElement);
const status = element('status', HTMLElement);
const photo = element('photo', HTMLInputElement);
const colour = element('colour', HTMLInputElement);
const refineButton = element('refine', HTMLButtonElement);
const download = element('download', HTMLAnchorElement);
const progress = element('progress', HTMLProgressElement);
const refinedPicture = element('refined-picture', HTMLCanvasElement);

const say = (sentence: string) => {
  status.textContent = sentence;
};
const model = modelNamedIn(main.dataset);

let finder: Promise<CarFinder> | undefined;
/** Who only looks at the page is sent no index. */
function finderOnce(): Promise<CarFinder> {
  finder ??= loadFinder(model);
  finder.catch(() => {
    finder = undefined;
  });
  return finder;
}

/** Each search ends the one before it: a slow one must not overtake what a visitor has asked for since. */
let search = 0;

async function find(look: (finder: CarFinder) => readonly Found[], isPhoto: boolean): Promise<void> {
  search += 1;
  const own = search;
  hideRefined();
  try {
    if (!finder) say('Loading what the cars look like …');
    const loaded = await finderOnce();
    if (own !== search) return;
    const found = look(loaded);
    show(found, isPhoto);
    say(`Car ${found[0]?.seed} is the nearest of ${loaded.cars}.`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** How far the nearest car of the last search is. */
let begun = 0;

function nearerBy(distance: number): string {
  const percent = Math.round(100 * (1 - Math.sqrt(distance / begun)));
  return percent > 0 ? `Nearer by ${percent}%` : 'No nearer one was found';
}

function show(found: readonly Found[], isPhoto: boolean): void {
  const cars = found.map(({ seed }): Shown => ({ seed, truncation: 1, model }));
  const [nearest] = cars;
  if (!nearest) return;
  begun = found[0]?.distance ?? 0;
  const picture = element('nearest-picture', HTMLImageElement);
  picture.src = carAddress(nearest);
  element('nearest', HTMLAnchorElement).href = pageAddress(nearest);
  element('nearest-name', HTMLElement).textContent = `Car ${nearest.seed}`;
  element('found', HTMLElement).replaceChildren(...cars.slice(1).map(entryOf));
  element('found-section', HTMLElement).hidden = false;
  const mayRefine = isPhoto && mayLoadEngine();
  refineButton.hidden = !mayRefine;
  element('refine-hint', HTMLElement).hidden = !mayRefine;
}

function entryOf(car: Shown): HTMLLIElement {
  const [item, link, picture] = [document.createElement('li'), document.createElement('a'), new Image(96, 96)];
  picture.src = carAddress(car);
  picture.alt = `Car ${car.seed}`;
  link.href = pageAddress(car);
  link.append(picture);
  item.append(link);
  return item;
}

const square = createPhotoSquare(afterQuiet(150, findByPhoto));

function findByPhoto(): void {
  const { picture } = square;
  if (picture) void find((loaded) => loaded.byPicture(picture, others + 1), true);
}

async function take(file: Blob | null | undefined): Promise<void> {
  if (!file) return;
  try {
    await square.show(file);
    element('cut', HTMLElement).hidden = false;
  } catch {
    say('This browser cannot read that file as a picture. Try a JPEG or PNG.');
  }
}
photo.addEventListener('change', () => take(photo.files?.[0]));
addEventListener('paste', ({ clipboardData }) => take(clipboardData?.files[0]));
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  void take(event.dataTransfer?.files[0]);
});
// A browser that comes back to this page may still hold the file.
void take(photo.files?.[0]);

colour.addEventListener(
  'input',
  afterQuiet(150, () => {
    const channel = (from: number) => Number.parseInt(colour.value.slice(from, from + 2), 16);
    void find((loaded) => loaded.byColour([channel(1), channel(3), channel(5)], others + 1), false);
  }),
);

let refining = false;

function hideRefined(): void {
  element('refined', HTMLElement).hidden = true;
  download.hidden = true;
  endRefining();
}

function endRefining(): void {
  refining = false;
  refineButton.textContent = 'Bring it nearer';
  progress.hidden = true;
}

function put({ car }: Refined, size: number): void {
  refinedPicture.width = refinedPicture.height = size;
  refinedPicture.getContext('2d')?.putImageData(imageOf(car, size), 0, 0);
  element('refined', HTMLElement).hidden = false;
}

async function bringNearer(): Promise<void> {
  const { picture } = square;
  if (!picture) return;
  const own = search;
  refining = true;
  refineButton.textContent = 'Stop';
  progress.hidden = false;
  progress.removeAttribute('value');
  say('Loading the network into this browser …');
  const onRound = (round: number, nearest: Refined) => {
    if (own !== search) return false;
    if (round === 1) say('Looking between the nearest cars for one that is nearer still …');
    progress.value = round / rounds;
    put(nearest, Math.sqrt(nearest.car.length / 3));
    return refining;
  };
  try {
    const found = await (await finderOnce()).refine(picture, onRound);
    if (own !== search) return;
    put(found, Math.sqrt(found.car.length / 3));
    element('refined-name', HTMLElement).textContent = nearerBy(found.distance);
    await offerDownload();
    say('Done. No number draws this car, so there is no link to it; it can be downloaded.');
  } catch {
    if (own === search)
      say('The network could not be loaded into this browser, so the nearest car stays the one above.');
  }
  if (own === search) endRefining();
}

async function offerDownload(): Promise<void> {
  const blob = await new Promise<Blob | null>((resolve) => refinedPicture.toBlob(resolve));
  if (!blob) return;
  if (download.href) URL.revokeObjectURL(download.href);
  download.href = URL.createObjectURL(blob);
  download.download = 'car-like-mine.png';
  download.hidden = false;
}

refineButton.addEventListener('click', () => {
  if (refining) refining = false;
  else void bringNearer();
});
watchPictures(say);

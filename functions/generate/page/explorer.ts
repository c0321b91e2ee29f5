import {
  carAddress,
  freshAddress,
  freshSeed,
  type Model,
  modelAddress,
  morphAddress,
  pageAddress,
  type Shown,
  shownAt,
  sizeOf,
} from './address.ts';
import { createModelSwitch, onPlainClick } from './models.ts';
import { createSeen } from './seen.ts';
import { createSheet } from './sheet.ts';

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with the id ${id}.`);
  return found;
}

const main = element('explorer', HTMLElement);
const car = element('car', HTMLImageElement);
const permalink = element('permalink', HTMLAnchorElement);
const another = element('another', HTMLAnchorElement);
const download = element('download', HTMLAnchorElement);
const copy = element('copy', HTMLButtonElement);
const status = element('status', HTMLElement);
const truncation = element('truncation', HTMLInputElement);
const soft = element('soft', HTMLInputElement);
const about = element('about', HTMLAnchorElement);
const walk = element('walk', HTMLButtonElement);

// Without a choice it is the current model; where the service could not say what there is, the one that the page's address names.
const sole: Model = {
  name: main.dataset.model || undefined,
  base: main.dataset.base ?? '',
  size: Number(main.dataset.size) || undefined,
};
const choice = createModelSwitch(document.getElementById('models'), sole, visitWithModel);

const arrival: Shown = {
  seed: Number(main.dataset.seed),
  truncation: Number(main.dataset.truncation),
  model: choice.arrival,
};
let shown = arrival;
let before = arrival;
let upcoming = freshSeed();

/** Fetches the next car while this one is looked at, so that "another one" is there at once. */
function prepareNext(): void {
  upcoming = freshSeed();
  new Image().src = carAddress({ ...shown, seed: upcoming });
}

function show(next: Shown): void {
  const isRedrawn = next.model !== shown.model;
  if (next.seed !== shown.seed) before = shown;
  shown = next;
  car.src = carAddress(next);
  car.alt = `Car ${next.seed}, a car front that was never built`;
  permalink.textContent = String(next.seed);
  permalink.href = pageAddress(next);
  another.href = freshAddress(next);
  download.href = carAddress(next, 512);
  download.download = `car-${next.seed}.png`;
  truncation.value = String(next.truncation);
  document.title = `Car ${next.seed} · freshcar`;
  status.textContent = '';
  // One car as two models draw it, or more and less strange, is no way to walk.
  walk.hidden = before.seed === next.seed;
  markSeen(next);
  choice.mark(next);
  if (isRedrawn) redraw();
}

/** Has all else on the page drawn by the model of the car that is shown. */
function redraw(): void {
  const { model } = shown;
  main.dataset.size = String(model.size ?? '');
  about.href = modelAddress(model);
  fillSheet(shown, sheetSeed);
  prepareNext();
}

/** Shows a car and gives it its own step in the browser's history. */
function visit(next: Shown): void {
  history.pushState(null, '', pageAddress(next));
  show(next);
}

function visitAnother(): void {
  visit({ ...shown, seed: upcoming });
  prepareNext();
}

function visitFromSheet(seed: number): void {
  visit({ ...shown, seed });
  showCar();
}

/** Shows the same car as another model draws it. */
function visitWithModel(model: Model): void {
  if (model === shown.model) return;
  visit({ ...shown, model });
  status.textContent = `Car ${shown.seed} in ${sizeOf(model)}.`;
}

/** Brings the large picture into sight. */
function showCar(): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  car.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'nearest' });
}

const markSeen = createSeen(element('seen', HTMLElement), element('seen-section', HTMLElement), visit);
const sheet = { box: element('sheet', HTMLElement), picture: element('sheet-picture', HTMLImageElement) };
const fillSheet = createSheet(sheet, visitFromSheet);
let sheetSeed = fillSheet(shown);

onPlainClick(another, visitAnother);

element('refill', HTMLButtonElement).addEventListener('click', () => {
  sheetSeed = fillSheet(shown);
});

walk.addEventListener('click', () => {
  car.src = morphAddress(before, shown);
  car.alt = `A walk from car ${before.seed} to car ${shown.seed}`;
  status.textContent = `${car.alt}.`;
  showCar();
});

copy.addEventListener('click', async () => {
  const link = new URL(pageAddress(shown), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    status.textContent = 'Link copied.';
  } catch {
    status.textContent = link;
  }
});

// `input` comes with every step of the drag, `change` when it is let go: the car follows, the sheet comes after.
truncation.addEventListener('input', () => {
  car.src = carAddress({ ...shown, truncation: Number(truncation.value) });
});
truncation.addEventListener('change', () => {
  const next = { ...shown, truncation: Number(truncation.value) };
  history.replaceState(null, '', pageAddress(next));
  show(next);
  fillSheet(next, sheetSeed);
  prepareNext();
});

function soften(): void {
  main.classList.toggle('soft', soft.checked);
}
soft.addEventListener('change', soften);
// Browsers keep a box as it was left when a page is reloaded.
soften();

/** Says why the car is not there, as the service tells it; a hiccup gets one more try. */
async function explainFailure(): Promise<void> {
  const failed = car.src;
  const reason = await fetch(failed)
    .then(async (response): Promise<unknown> => (response.ok ? undefined : (await response.json()).detail))
    .catch(() => 'The service cannot be reached.');
  if (car.src !== failed) return;
  if (typeof reason === 'string') status.textContent = reason;
  else if (!failed.includes('#')) car.src = `${failed}#again`;
}

car.addEventListener('error', explainFailure);
// The first car's request began before this script did, so it may have failed before anybody listened.
if (car.complete && car.naturalWidth === 0) void explainFailure();

addEventListener('popstate', () => show(shownAt(location.search, choice.models) ?? arrival));

addEventListener('keydown', (event) => {
  if (event.target !== document.body || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === ' ' || event.key === 'ArrowRight') {
    event.preventDefault();
    visitAnother();
  } else if (event.key === 'ArrowLeft') {
    event.preventDefault();
    history.back();
  }
});

for (const id of ['copy', 'controls', 'refill', 'sheet-hint']) element(id, HTMLElement).hidden = false;
history.replaceState(null, '', pageAddress(arrival));
markSeen(arrival);
prepareNext();

import { carAddress, freshSeed, morphAddress, pageAddress, type Shown, shownAt } from './address.ts';
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

const arrival: Shown = { seed: Number(main.dataset.seed), truncation: Number(main.dataset.truncation) };
let shown = arrival;
let before = arrival;
let upcoming = freshSeed();

/** Fetches the next car while this one is looked at, so that "another one" is there at once. */
function prepareNext(): void {
  upcoming = freshSeed();
  new Image().src = carAddress({ seed: upcoming, truncation: shown.truncation });
}

function show(next: Shown): void {
  if (next.seed !== shown.seed) before = shown;
  shown = next;
  car.src = carAddress(next);
  car.alt = `Car ${next.seed}, a car front that was never built`;
  permalink.textContent = String(next.seed);
  permalink.href = pageAddress(next);
  download.href = carAddress(next, 512);
  download.download = `car-${next.seed}.png`;
  truncation.value = String(next.truncation);
  document.title = `Car ${next.seed} · freshcar`;
  status.textContent = '';
  markSeen(next);
}

/** Shows a car and gives it its own step in the browser's history. */
function visit(next: Shown): void {
  history.pushState(null, '', pageAddress(next));
  show(next);
}

function visitAnother(): void {
  visit({ seed: upcoming, truncation: shown.truncation });
  prepareNext();
}

function visitFromSheet(seed: number): void {
  visit({ seed, truncation: shown.truncation });
  showCar();
}

/** Brings the large picture into sight. */
function showCar(): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  car.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'nearest' });
}

const markSeen = createSeen(element('seen', HTMLElement), element('seen-section', HTMLElement), visit);
const sheet = { box: element('sheet', HTMLElement), picture: element('sheet-picture', HTMLImageElement) };
const fillSheet = createSheet(sheet, visitFromSheet);
let sheetSeed = fillSheet(shown.truncation);

another.addEventListener('click', (event) => {
  // With a modifier it is a link like any other, for a new tab.
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  visitAnother();
});

element('refill', HTMLButtonElement).addEventListener('click', () => {
  sheetSeed = fillSheet(shown.truncation);
});

element('walk', HTMLButtonElement).addEventListener('click', () => {
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
  car.src = carAddress({ seed: shown.seed, truncation: Number(truncation.value) });
});
truncation.addEventListener('change', () => {
  const next = { seed: shown.seed, truncation: Number(truncation.value) };
  history.replaceState(null, '', pageAddress(next));
  show(next);
  fillSheet(next.truncation, sheetSeed);
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

addEventListener('popstate', () => show(shownAt(location.search) ?? arrival));

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

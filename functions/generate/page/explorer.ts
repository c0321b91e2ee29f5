import type { PropertyName } from '../../../model/directions/properties.ts';
import {
  aboutAddress,
  carAddress,
  freshAddress,
  freshSeed,
  lookOf,
  type Model,
  modelNamedIn,
  morphPageAddress,
  nameOf,
  pageAddress,
  type Shown,
  shownAt,
  sizeOf,
} from './address.ts';
import { createDirections } from './directions.ts';
import { afterQuiet, copyText, element, onPlainClick, wantsStillness } from './dom.ts';
import { turnByKeys, turnByPointer } from './gestures.ts';
import { createKept } from './kept.ts';
import { createModelSwitch } from './models.ts';
import { carOf, Notes, noteOf } from './notes.ts';
import { watchPictures } from './pictures.ts';
import { createSheet, freshSheet } from './sheet.ts';
import { createStrip, isSame } from './strip.ts';

const main = element('main', HTMLElement);
const car = element('car', HTMLImageElement);
const permalink = element('permalink', HTMLAnchorElement);
const another = element('another', HTMLAnchorElement);
const download = element('download', HTMLAnchorElement);
const status = element('status', HTMLElement);
const truncation = element('truncation', HTMLInputElement);
const soft = element('soft', HTMLInputElement);
const walk = element('walk', HTMLAnchorElement);
const notice = document.getElementById('notice');

const say = (sentence: string) => {
  status.textContent = sentence;
};

const sole = modelNamedIn(main.dataset);
const choice = createModelSwitch(document.getElementById('models'), sole, visitWithModel);

const arrival: Shown = {
  seed: Number(main.dataset.seed),
  ...lookOf(new URLSearchParams(main.dataset.look)),
  model: choice.arrival,
};
let shown = arrival;
let before = arrival;
let upcoming = freshSeed();

/** Fetches the next car while this one is looked at, so that "another one" is there at once. */
function prepareNext(): void {
  upcoming = freshSeed();
  new Image().src = carAddress(withSeed(upcoming));
}

/** Another car as this one is shown: by the same model and as strange. */
function withSeed(seed: number): Shown {
  return { seed, truncation: shown.truncation, model: shown.model };
}

function show(next: Shown): void {
  const isRedrawn = next.model !== shown.model;
  if (!isSame({ ...next, model: shown.model, truncation: shown.truncation }, shown)) before = shown;
  shown = next;
  const name = nameOf(next);
  car.src = carAddress(next);
  car.alt = `${name}, a car front that was never built`;
  permalink.textContent = name;
  permalink.href = pageAddress(next);
  another.href = freshAddress(next);
  download.href = carAddress(next, 512);
  download.download = `car-${next.seed}.png`;
  truncation.value = String(next.truncation);
  document.title = `${name} · freshcar`;
  say('');
  // One car as two models draw it, or more and less strange, is no way to walk; and a walk goes from seed to seed.
  walk.hidden = before.seed === next.seed;
  walk.href = morphPageAddress({ seeds: [before.seed, next.seed] }, { truncation: next.truncation, model: next.model });
  if (notice) notice.hidden = notice.dataset.model !== next.model.name || !isSame(next, arrival);
  markSeen(next);
  kept.mark(next);
  directions.mark(next);
  choice.mark(next);
  if (isRedrawn) redraw();
}

/** Has all else on the page drawn by the model of the car that is shown. */
function redraw(): void {
  main.dataset.size = String(shown.model.size ?? '');
  element('about', HTMLAnchorElement).href = aboutAddress(shown.model);
  sheet.fill(shown);
  prepareNext();
}

/** Shows a car and gives it its own step in the browser's history. */
function visit(next: Shown): void {
  history.pushState({ steps: stepsTaken() + 1 }, '', pageAddress(next));
  show(next);
}

/** How many cars were shown on this page before this one, to which there is a way back. */
const stepsTaken = () => Number(history.state?.steps ?? 0);

function visitAnother(): void {
  visit(withSeed(upcoming));
  prepareNext();
}

function visitBefore(): void {
  if (stepsTaken() > 0) history.back();
  else say('This is the first car of this visit.');
}

/** Shows the same car as another model draws it. */
function visitWithModel(model: Model): void {
  if (model === shown.model) return;
  visit({ ...shown, model });
  say(`Car ${shown.seed} in ${sizeOf(model)}.`);
}

/** Shows a car from further down the page, and brings the large picture into sight. */
function visitFromBelow(next: Shown): void {
  visit(next);
  car.scrollIntoView({ behavior: wantsStillness() ? 'auto' : 'smooth', block: 'nearest' });
}

const seenNotes = new Notes(() => sessionStorage, 'freshcar.seen', 40);
const seen = createStrip(element('seen', HTMLElement), visitFromBelow);

function markSeen(next: Shown): void {
  seenNotes.add(noteOf(next));
  seen.fill(seenNotes.all.map((note) => carOf(note, choice.named)).filter((found) => found !== undefined));
  seen.mark(next);
  element('seen-section', HTMLElement).hidden = seenNotes.all.length < 2;
}

const kept = createKept({ pick: visitFromBelow, modelNamed: choice.named, say });
const sheetElements = { picture: element('sheet-picture', HTMLImageElement), places: element('places', HTMLElement) };
const sheet = createSheet(sheetElements, arrival, visitFromBelow);
const sheetTitle = element('sheet-title', HTMLElement);
const sheetHint = element('sheet-hint', HTMLElement);

const turning = { next: visitAnother, back: visitBefore };
onPlainClick(another, visitAnother);
turnByPointer(element('frame', HTMLElement), turning);
turnByKeys(turning, () => kept.toggle(shown));

element('refill', HTMLButtonElement).addEventListener('click', () => {
  sheetTitle.textContent = 'The car park';
  sheetHint.textContent = 'Pick a car to see it large.';
  sheet.fill(shown, freshSheet());
});

element('alike', HTMLButtonElement).addEventListener('click', () => {
  sheetTitle.textContent = `More like car ${shown.seed}`;
  sheetHint.textContent = 'The first row is nearest to it, each further row less so.';
  sheet.fill(shown, { ...freshSheet(), around: shown.seed });
  sheetTitle.scrollIntoView({ behavior: wantsStillness() ? 'auto' : 'smooth', block: 'start' });
});

element('keep', HTMLButtonElement).addEventListener('click', () => kept.toggle(shown));
element('copy', HTMLButtonElement).addEventListener('click', () =>
  copyText(new URL(pageAddress(shown), location.href).href, 'Link copied.', say),
);

// `input` comes with every step of the drag, `change` when it is let go or with each press of a key: the car follows, the rest comes
// when the slider has come to rest.
truncation.addEventListener('input', () => {
  car.src = carAddress({ ...shown, truncation: Number(truncation.value) });
});
const followDial = afterQuiet(400, () => {
  sheet.fill(shown);
  prepareNext();
});
truncation.addEventListener('change', () => {
  const next = { ...shown, truncation: Number(truncation.value) };
  history.replaceState(history.state, '', pageAddress(next));
  show(next);
  followDial();
});

const changed = (name: PropertyName, amount: number): Shown => ({ ...shown, [name]: amount });
let awaited: Shown | undefined;
const previewChange = afterQuiet(120, () => {
  if (awaited) car.src = carAddress(awaited);
});
const directions = createDirections({
  preview(name, amount) {
    awaited = changed(name, amount);
    previewChange();
  },
  settle(name, amount) {
    awaited = undefined;
    const next = changed(name, amount);
    history.replaceState(history.state, '', pageAddress(next));
    show(next);
  },
});

function soften(): void {
  main.classList.toggle('soft', soft.checked);
}
soft.addEventListener('change', soften);
// Browsers keep a box as it was left when a page is reloaded.
soften();

addEventListener('popstate', () => show(shownAt(location.search, choice.named) ?? arrival));

history.replaceState(history.state, '', pageAddress(arrival));
watchPictures(say);
walk.hidden = true;
markSeen(arrival);
kept.mark(arrival);
directions.mark(arrival);
prepareNext();

import type { PropertyName } from '../../../model/directions/properties.ts';
import {
  freshSeed,
  lookOf,
  type Manner,
  modelNamedIn,
  morphAddress,
  morphPageAddress,
  walkSteps as steps,
  walkPace,
} from './address.ts';
import { createDirections, directionsOf } from './directions.ts';
import { copyText, element } from './dom.ts';
import { coarseness, drawByService, drawLocally } from './draw-frames.ts';
import { coarseToFine, type Frame, Frames } from './frames.ts';
import { factsOf, loadLocalEngine, mayLoadEngine } from './local-engine.ts';
import { watchPictures } from './pictures.ts';
import { createPlaces } from './places.ts';
import { keyOf, type Point, pointOf, Walk } from './walk.ts';

const main = element('main', HTMLElement);
const canvas = element('canvas', HTMLCanvasElement);
const brush = canvas.getContext('2d');
const along = element('along', HTMLInputElement);
const down = element('down', HTMLInputElement);
const square = element('square', HTMLInputElement);
const play = element('play', HTMLButtonElement);
const download = element('download', HTMLAnchorElement);
const status = element('status', HTMLElement);

const say = (sentence: string) => {
  status.textContent = sentence;
};

const model = modelNamedIn(main.dataset);
const { towards: _, by: __, ...arrivalLook } = lookOf(new URLSearchParams(main.dataset.look));
let manner: Manner = { ...arrivalLook, model };
let walk = new Walk((main.dataset.cars ?? '').split(',').map(Number), main.dataset.square === 'true');
let point: Point = walk.isSquare
  ? pointOf(main.dataset.at || '0,0')
  : { along: Number.parseInt(main.dataset.at || '0', 10) };
let isLocal = false;

const frames = new Frames(
  drawByService(
    () => walk,
    () => manner,
  ),
  () => paint(),
  () => say('The car there could not be drawn. Move on to try again.'),
);

/** Shows the frame of the point, or the nearest one that is drawn while that is being made. */
function paint(): void {
  const frame = frames.get(keyOf(drawable(point))) ?? nearest();
  if (frame) put(frame);
}

function put(frame: Frame): void {
  if (canvas.width !== frame.width) canvas.width = canvas.height = frame.width;
  if (frame instanceof ImageData) brush?.putImageData(frame, 0, 0);
  else brush?.drawImage(frame, 0, 0);
}

function nearest(): Frame | undefined {
  if (!('along' in point)) return undefined;
  for (let apart = 1; apart <= steps; apart++)
    for (const step of [point.along - apart, point.along + apart]) {
      const frame = frames.get(keyOf({ along: step }));
      if (frame) return frame;
    }
  return undefined;
}

/** The service draws every few steps only, so that a drag is not hundreds of requests. */
function drawable(at: Point): Point {
  if (isLocal) return at;
  const round = (value: number) => Math.round(value / coarseness) * coarseness;
  return 'along' in at ? { along: round(at.along) } : { x: round(at.x), y: round(at.y) };
}

function goTo(next: Point): void {
  point = next;
  frames.want(keyOf(drawable(point)));
  paint();
  const name = walk.nameOf(point);
  canvas.setAttribute('aria-label', `A car ${name}`);
  along.value = String('along' in point ? point.along : point.x);
  along.setAttribute('aria-valuetext', name);
  if (!('along' in point)) {
    down.value = String(point.y);
    down.setAttribute('aria-valuetext', name);
  }
}

/** What the address bar says is the walk and the place on it. */
function remember(): void {
  history.replaceState(null, '', morphPageAddress(walk, { ...manner, at: keyOf(point) }));
}

function become(next: Walk): void {
  walk = next;
  frames.clear();
  stop();
  along.max = String(walk.isSquare ? steps : walk.length);
  element('along-label', HTMLElement).textContent = walk.isSquare ? 'Across' : 'Along';
  element('down-box', HTMLElement).hidden = !walk.isSquare;
  element('square-box', HTMLElement).hidden = walk.seeds.length < 4;
  square.checked = walk.isSquare;
  showManner();
  goTo(walk.at(0));
  remember();
  prepare();
}

/** What depends on how the cars are shown, beside the frames. */
function showManner(): void {
  download.href = morphAddress(walk.inTurn, manner);
  places.show(walk.seeds);
  directions.mark(manner);
}

/** Shows all cars of the walk changed by so much. */
function change(name: PropertyName, amount: number): void {
  loadOnce();
  manner = { ...manner, [name]: amount };
  frames.clear();
  goTo(point);
}

/** Has the walk drawn ahead of need, where that costs nobody a request. */
function prepare(): void {
  if (isLocal) frames.prepare(coarseToFine(walk.length).map((step) => keyOf(walk.at(step))));
}

let isLoading = false;
/** Begins with the first drag or play: who only looks is not sent ten megabytes. */
function loadOnce(): void {
  if (isLoading || !mayLoadEngine()) return;
  isLoading = true;
  void load();
}

async function load(): Promise<void> {
  say('Loading the network into this browser, so that it draws without the service …');
  try {
    const facts = await factsOf(model);
    const [engine, known] = await Promise.all([loadLocalEngine(facts), directionsOf(model)]);
    frames.drawBy(
      drawLocally(
        () => walk,
        () => manner,
        { engine, facts, directions: known },
      ),
    );
    isLocal = true;
    main.dataset.engine = 'local';
    say('This browser draws the cars itself now.');
    goTo(point);
    prepare();
  } catch {
    say(
      'The network could not be loaded into this browser. The service draws the cars instead, at every tenth of the way.',
    );
  }
}

let playing: { readonly step: number; readonly direction: 1 | -1; readonly since: number } | undefined;
let step = 0;

function playOn(now: number): void {
  if (!playing) return;
  const moved = ((now - playing.since) / walkPace) * steps;
  const whole = 2 * walk.length;
  // There and back again: the second half of the round is the first one backwards.
  const round = (((playing.step + playing.direction * moved) % whole) + whole) % whole;
  const at = Math.round(round <= walk.length ? round : whole - round);
  if (at !== step) {
    step = at;
    goTo(walk.at(step));
  }
  requestAnimationFrame(playOn);
}

function stop(): void {
  playing = undefined;
  play.textContent = 'Play';
}

play.addEventListener('click', () => {
  if (playing) {
    stop();
    remember();
    return;
  }
  loadOnce();
  if ('along' in point) step = point.along;
  play.textContent = 'Pause';
  playing = { step, direction: 1, since: performance.now() };
  requestAnimationFrame(playOn);
});

function follow(): void {
  loadOnce();
  stop();
  const x = Number(along.value);
  goTo(walk.isSquare ? { x, y: Number(down.value) } : { along: x });
}
for (const slider of [along, down]) {
  slider.addEventListener('input', follow);
  slider.addEventListener('change', remember);
}

/** A drag over the picture is a drag of the sliders. */
const frame = element('frame', HTMLElement);
function drag(event: PointerEvent): void {
  if (!frame.hasPointerCapture(event.pointerId)) return;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const share = (value: number) => Math.min(1, Math.max(0, value));
  along.value = String(Math.round(share((event.clientX - left) / width) * Number(along.max)));
  down.value = String(Math.round(share((event.clientY - top) / height) * steps));
  follow();
}
frame.addEventListener('pointerdown', (event) => {
  frame.setPointerCapture(event.pointerId);
  drag(event);
});
frame.addEventListener('pointermove', drag);
frame.addEventListener('pointerup', remember);

square.addEventListener('change', () => become(new Walk(walk.seeds, square.checked)));
element('copy', HTMLButtonElement).addEventListener('click', () =>
  copyText(location.href, 'Link copied: it shows this very walk.', say),
);

const directions = createDirections({
  preview: change,
  settle(name, amount) {
    change(name, amount);
    showManner();
    remember();
    prepare();
  },
});
const places = createPlaces(
  () => manner,
  (seeds) => become(new Walk(seeds, square.checked)),
  freshSeed,
);
watchPictures(say);
const arrival = point;
become(walk);
if (keyOf(arrival) !== keyOf(point)) goTo(arrival);
remember();

export interface Turning {
  /** To the next car. */
  next(): void;
  /** To the one before. */
  back(): void;
}

/** A finger that moves at least so many pixels sideways swipes. */
const swipe = 40;

/** A click or a tap on the picture, or a swipe over it, turns to another car. */
export function turnByPointer(frame: HTMLElement, { next, back }: Turning): void {
  let start: PointerEvent | undefined;
  let swiped = false;
  frame.addEventListener('pointerdown', (event) => {
    start = event.isPrimary ? event : undefined;
    swiped = false;
  });
  frame.addEventListener('pointerup', (event) => {
    if (start === undefined || event.pointerType === 'mouse') return;
    const [across, down] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (Math.abs(across) < swipe || Math.abs(across) < Math.abs(down)) return;
    swiped = true;
    if (across < 0) next();
    else back();
  });
  frame.addEventListener('click', () => {
    if (!swiped) next();
  });
}

/** What the space bar works by itself, or where a key is a letter. */
const owners = 'button, input, select, textarea, summary, [contenteditable]';

/** Space and the arrow keys turn to another car, wherever the focus is, unless it is on something that uses them. */
export function turnByKeys({ next, back }: Turning, keep: () => void): void {
  const acts: Readonly<Record<string, () => void>> = { ' ': next, ArrowRight: next, ArrowLeft: back, k: keep, K: keep };
  addEventListener('keydown', (event) => {
    const { target, key } = event;
    const act = acts[key];
    if (act === undefined || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    if (target instanceof Element && target.closest(owners)) return;
    event.preventDefault();
    act();
  });
}

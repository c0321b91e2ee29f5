/** A drawn car, ready for a canvas. */
export type Frame = ImageData | ImageBitmap;

/** Draws the frames of some keys; it may draw fewer than it is asked for, the first ones. */
export type DrawFrames = (keys: readonly string[]) => Promise<readonly Frame[]>;

/** So many frames are drawn at once ahead of need: few, so that what is wanted now is not kept waiting. */
const ahead = 3;

/**
 * The frames that are drawn so far, and the order in which the others are: what is wanted now comes first, then what will be wanted. One
 * drawing at a time.
 */
export class Frames {
  #drawn = new Map<string, Frame>();
  readonly #onFrame: () => void;
  readonly #onFailure: () => void;
  #draw: DrawFrames;
  #wanted: string | undefined;
  #later: string[] = [];
  #busy = false;

  /**
   * @param draw How frames are drawn at first.
   * @param onFrame Is called when there are more than before.
   * @param onFailure Is called when one could not be drawn; the next request tries again.
   */
  constructor(draw: DrawFrames, onFrame: () => void, onFailure: () => void) {
    this.#draw = draw;
    this.#onFrame = onFrame;
    this.#onFailure = onFailure;
  }

  /** Has all further frames drawn in another way. */
  drawBy(draw: DrawFrames): void {
    this.#draw = draw;
  }

  get(key: string): Frame | undefined {
    return this.#drawn.get(key);
  }

  /** Forgets all, since other cars are walked through. */
  clear(): void {
    // Another map, so that a frame which is being drawn does not come into it.
    this.#drawn = new Map();
    this.#wanted = undefined;
    this.#later = [];
  }

  want(key: string): void {
    this.#wanted = this.#drawn.has(key) ? undefined : key;
    void this.#work();
  }

  /** What is to be drawn when nothing is wanted, in this order. */
  prepare(keys: readonly string[]): void {
    this.#later = keys.filter((key) => !this.#drawn.has(key));
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let keys = this.#next(); keys.length > 0; keys = this.#next()) {
        const drawn = this.#drawn;
        const frames = await this.#draw(keys);
        frames.forEach((frame, index) => {
          const key = keys[index];
          if (key !== undefined) drawn.set(key, frame);
        });
        this.#onFrame();
      }
    } catch {
      this.#later = [];
      this.#onFailure();
    } finally {
      this.#busy = false;
    }
  }

  #next(): string[] {
    if (this.#wanted !== undefined) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (!this.#drawn.has(wanted)) return [wanted];
    }
    this.#later = this.#later.filter((key) => !this.#drawn.has(key));
    return this.#later.splice(0, ahead);
  }
}

/** The numbers from 0 to `last`, coarse ones first, so that a walk is soon there as a whole and then becomes finer. */
export function coarseToFine(last: number): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  for (let step = 2 ** Math.ceil(Math.log2(Math.max(1, last))); step >= 1; step /= 2)
    for (let at = 0; at <= last; at += step)
      if (!seen.has(at)) {
        seen.add(at);
        order.push(at);
      }
  return order;
}

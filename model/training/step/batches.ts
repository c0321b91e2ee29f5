import type { Random } from '../../random.ts';

/** Where a run stands in its data: the shuffled order of the current epoch and how far into it. */
export interface DataPosition {
  readonly order: Uint32Array;
  readonly next: number;
}

/** The training pictures, batch after batch, each epoch in a new order; a batch may span two epochs. */
export interface Batches {
  /** The next pictures as floats in [-1, 1], `batchSize * imageSize * imageSize * 3`. */
  next(): Float32Array;
  position(): DataPosition;
}

export interface BatchOptions {
  /** Pictures one after the other, rows, columns, RGB. */
  readonly images: Uint8Array;
  readonly imageSize: number;
  readonly batchSize: number;
  /** Mirrors each picture left to right with probability a half. */
  readonly mirror: boolean;
  readonly random: Random;
  /** Continues from here instead of from a fresh order. */
  readonly position?: DataPosition;
}

export function createBatches({ images, imageSize, batchSize, mirror, random, position }: BatchOptions): Batches {
  const bytes = imageSize * imageSize * 3;
  const count = images.length / bytes;
  let order = position?.order ?? shuffled(count, random);
  let at = position?.next ?? 0;

  const nextIndex = () => {
    if (at === count) {
      order = shuffled(count, random);
      at = 0;
    }
    return order[at++] as number;
  };

  return {
    next: () => {
      const batch = new Float32Array(batchSize * bytes);
      for (let row = 0; row < batchSize; row++) {
        const start = nextIndex() * bytes;
        const picture = images.subarray(start, start + bytes);
        copyPicture(
          picture,
          imageSize,
          mirror && random.uniform() < 0.5,
          batch.subarray(row * bytes, (row + 1) * bytes),
        );
      }
      return batch;
    },
    position: () => ({ order, next: at }),
  };
}

/** 0 to `count - 1` in a random order, by Fisher and Yates. */
function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}

function copyPicture(picture: Uint8Array, size: number, mirrored: boolean, into: Float32Array): void {
  for (let at = 0; at < picture.length; at++) {
    const column = Math.floor(at / 3) % size;
    const from = mirrored ? at + 3 * (size - 1 - 2 * column) : at;
    into[at] = (picture[from] as number) / 127.5 - 1;
  }
}

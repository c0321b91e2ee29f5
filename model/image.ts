/** RGB pixels of one picture: rows top to bottom, three bytes each. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Repeats every pixel `factor` (a whole number) times each way: larger, with sharp edges. */
export function scaleUp(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const { pixels, width, height } = picture;
  const stride = width * factor * 3;
  const scaled = new Uint8Array(stride * height * factor);
  for (let y = 0, from = 0; y < height; y++) {
    const start = y * factor * stride;
    for (let x = 0, at = start; x < width; x++, from += 3) {
      for (let copy = 0; copy < factor; copy++, at += 3) {
        scaled[at] = pixels[from] as number;
        scaled[at + 1] = pixels[from + 1] as number;
        scaled[at + 2] = pixels[from + 2] as number;
      }
    }
    for (let copy = 1; copy < factor; copy++) scaled.copyWithin(start + copy * stride, start, start + stride);
  }
  return { pixels: scaled, width: width * factor, height: height * factor };
}

/** One of many cars of `size` by `size` pixels that lie one after the other. */
export function pictureOf(cars: Uint8Array, index: number, size: number): Picture {
  const bytes = size * size * 3;
  return { pixels: cars.subarray(index * bytes, (index + 1) * bytes), width: size, height: size };
}

/** Each of many cars as a picture of its own, drawn `scale` times larger, 1 by default. */
export function picturesOf(cars: Uint8Array, size: number, scale = 1): Picture[] {
  const count = cars.length / (size * size * 3);
  return Array.from({ length: count }, (_, index) => scaleUp(pictureOf(cars, index, size), scale));
}

/** Swaps left and right of RGB pictures `width` pixels wide; of several, one after the other, each by itself. */
export function mirrorRows(pixels: Uint8Array, width: number): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const column = Math.floor(at / 3) % width;
    mirrored[at] = pixels[at + 3 * (width - 1 - 2 * column)] as number;
  }
  return mirrored;
}

export interface SheetOptions {
  readonly columns: number;
  /** How much larger each car is drawn; 1 by default. */
  readonly scale?: number;
  /** White pixels between the cars; 0 by default. */
  readonly gap?: number;
}

/** Many cars of `size` by `size` pixels in one picture, row by row; places without a car stay white. */
export function sheet(cars: Uint8Array, size: number, { columns, scale = 1, gap = 0 }: SheetOptions): Picture {
  const count = cars.length / (size * size * 3);
  const rows = Math.ceil(count / columns);
  const cell = size * scale + gap;
  const [width, height] = [columns * cell - gap, rows * cell - gap];
  const pixels = new Uint8Array(width * height * 3).fill(255);
  for (let index = 0; index < count; index++) {
    const car = scaleUp(pictureOf(cars, index, size), scale);
    const left = (index % columns) * cell;
    const top = Math.floor(index / columns) * cell;
    for (let y = 0; y < car.height; y++)
      pixels.set(car.pixels.subarray(y * car.width * 3, (y + 1) * car.width * 3), ((top + y) * width + left) * 3);
  }
  return { pixels, width, height };
}

/** Pictures from left to right, `gap` white pixels between them, their upper edges in one line. */
export function beside(pictures: readonly Picture[], gap: number): Picture {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const pixels = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const picture of pictures) {
    const row = picture.width * 3;
    for (let y = 0; y < picture.height; y++)
      pixels.set(picture.pixels.subarray(y * row, (y + 1) * row), (y * width + left) * 3);
    left += picture.width + gap;
  }
  return { pixels, width, height };
}

import type { Picture } from './image.ts';

/**
 * Capital letters and digits of 5 by 7 dots, so that a number can be written into a picture without fonts or a library that draws them.
 * Each glyph is its seven rows from the top, each row five bits from the left.
 */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  ' ': [0, 0, 0, 0, 0, 0, 0],
  '.': [0, 0, 0, 0, 0, 12, 12],
  '%': [24, 25, 2, 4, 8, 19, 3],
  0: [14, 17, 19, 21, 25, 17, 14],
  1: [4, 12, 4, 4, 4, 4, 14],
  2: [14, 17, 1, 2, 4, 8, 31],
  3: [31, 2, 4, 2, 1, 17, 14],
  4: [2, 6, 10, 18, 31, 2, 2],
  5: [31, 16, 30, 1, 1, 17, 14],
  6: [6, 8, 16, 30, 17, 17, 14],
  7: [31, 1, 2, 4, 8, 8, 8],
  8: [14, 17, 17, 14, 17, 17, 14],
  9: [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [28, 18, 17, 17, 17, 18, 28],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  N: [17, 17, 25, 21, 19, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  W: [17, 17, 17, 21, 21, 21, 10],
  X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 17, 10, 4, 4, 4],
};

/** The width and height of a glyph in dots, and how far the next one begins after it. */
const [width, height, advance] = [5, 7, 6];

export interface TextOptions {
  readonly left: number;
  readonly top: number;
  /** How many pixels a dot is wide and high. */
  readonly scale: number;
  readonly colour: readonly [number, number, number];
}

/** Writes a text into a picture. What there is no glyph for is left blank; what does not fit is cut off. */
export function writeText(picture: Picture, text: string, { left, top, scale, colour }: TextOptions): void {
  for (const [place, character] of [...text].entries()) {
    const rows = glyphs[character] ?? [];
    for (const [row, bits] of rows.slice(0, height).entries())
      for (let column = 0; column < width; column++)
        if ((bits >> (width - 1 - column)) & 1) {
          const at = { left: left + (place * advance + column) * scale, top: top + row * scale };
          fillSquare(picture, { ...at, side: scale, colour });
        }
  }
}

/** How many pixels a text is wide. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, text.length * advance - 1) * scale;
}

function fillSquare(
  { pixels, width: across, height: down }: Picture,
  { left, top, side, colour }: Pick<TextOptions, 'left' | 'top' | 'colour'> & { readonly side: number },
): void {
  for (let y = Math.max(0, top); y < Math.min(down, top + side); y++)
    for (let x = Math.max(0, left); x < Math.min(across, left + side); x++) pixels.set(colour, (y * across + x) * 3);
}

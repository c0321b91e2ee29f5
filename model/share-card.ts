import type { Picture } from './image.ts';
import { textWidth, writeText } from './pixel-text.ts';

/** What programs that show links crop nothing of. */
const [width, height] = [1200, 630] as const;
const paper = [245, 243, 238] as const;
const ink = [28, 27, 25] as const;
const accent = [179, 38, 30] as const;

/** Pixels between the car and the text, and on the text's right. */
const margin = 48;

/**
 * A picture to stand beside a link: the car on the left, over the whole height, and on the right the lines of a text, the first of them
 * as large as fits.
 *
 * @param lines In capital letters.
 */
export function shareCard(car: Picture, [title = '', ...lines]: readonly string[]): Picture {
  const card: Picture = { pixels: new Uint8Array(width * height * 3), width, height };
  for (let at = 0; at < card.pixels.length; at += 3) card.pixels.set(paper, at);
  placeSmoothly(card, car, height);
  const left = height + margin;
  const room = width - margin - left;
  const scaleFor = (text: string, most: number) =>
    Math.max(1, Math.min(most, Math.floor(most * (room / textWidth(text, most)))));
  const scale = scaleFor(title, 14);
  let top = 150;
  writeText(card, title, { left, top, scale, colour: ink });
  top += 7 * scale + 40;
  for (const line of lines) {
    const small = scaleFor(line, 5);
    writeText(card, line, { left, top, scale: small, colour: ink });
    top += 7 * small + 24;
  }
  writeText(card, 'FRESHCAR', { left, top: height - margin - 28, scale: 4, colour: accent });
  return card;
}

/** Enlarges a picture to a square of `side` pixels at the left edge; between the middles of its pixels colours blend. */
function placeSmoothly(card: Picture, { pixels, width: columns, height: rows }: Picture, side: number): void {
  const across = weights(columns, side);
  const down = weights(rows, side);
  for (const [y, { low, high, share }] of down.entries())
    for (const [x, column] of across.entries())
      for (let channel = 0; channel < 3; channel++) {
        const value = (row: number, at: number) => pixels[(row * columns + at) * 3 + channel] ?? 0;
        const blend = (row: number) =>
          value(row, column.low) * (1 - column.share) + value(row, column.high) * column.share;
        card.pixels[(y * card.width + x) * 3 + channel] = Math.round(blend(low) * (1 - share) + blend(high) * share);
      }
}

/** For each of `to` places, between which two of `from` pixels it lies, and how far. */
function weights(from: number, to: number) {
  return Array.from({ length: to }, (_, place) => {
    const at = Math.min(from - 1, Math.max(0, ((place + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(from - 1, low + 1), share: at - low };
  });
}

import type { Picture } from '../image.ts';
import type { Box } from './sources/source.ts';

/** A decoded picture, possibly already shrunk by a whole factor while it was decoded. */
export interface DecodedPicture extends Picture {
  /** Pixels of the original each way that one pixel here stands for: 1, 2, 4 or 8. 1 by default. */
  readonly shrunk?: number;
}

/**
 * Resizes `box` of a picture to `width` by `height` by exact area averaging: each new pixel is the mean of the area that
 * it covers, the edges weighed by how much of them is covered, halves rounded up. Growing repeats pixels, blended where a
 * new one straddles two. All of it is whole-number arithmetic, so the result is the same on every machine.
 *
 * libvips, behind sharp, has no such filter: its kernels reach beyond the covered area and blur or ring at this size.
 *
 * @param box In pixels of the original, inside it; the whole picture by default.
 * @param resized Where the new pixels go and what is returned.
 */
export function resizeByArea(
  picture: DecodedPicture,
  width: number,
  height: number,
  box?: Box,
  resized: Uint8Array = new Uint8Array(width * height * 3),
): Uint8Array {
  const shrunk = picture.shrunk ?? 1;
  const whole = { left: 0, top: 0, width: picture.width * shrunk, height: picture.height * shrunk };
  const area = box ?? whole;
  if (shrunk === 1 && area.width === width * 2 && area.height === height * 2) return halve(picture, area, resized);
  if (shrunk === 1 && area.width % width === 0 && area.height % height === 0)
    return averageBlocks(picture, area, width, height, resized);
  const columns = coverage(area.left, area.width, shrunk, width);
  const rows = coverage(area.top, area.height, shrunk, height);
  const total = area.width * area.height;
  const line = new Int32Array(width * 3);
  const sums = new Float64Array(width * 3);
  for (let y = 0, summed = -1; y < height; y++) {
    const first = rows.places[y * 4] as number;
    const last = rows.places[y * 4 + 1] as number;
    // Rounded down, because among whole numbers the half of an odd total makes no difference.
    sums.fill(total >> 1);
    for (let row = first; row <= last; row++) {
      // Two new rows may each cover a part of an old one.
      if (row > summed) sumRow(picture, row, columns, line);
      summed = row;
      const share =
        row > first && row < last ? rows.fullShare : (rows.places[y * 4 + (row === first ? 2 : 3)] as number);
      for (let at = 0; at < line.length; at++) sums[at] = (sums[at] as number) + share * (line[at] as number);
    }
    // Storing a fraction in an array of bytes leaves its whole part.
    for (let at = 0, to = y * line.length; at < line.length; at++, to++) resized[to] = (sums[at] as number) / total;
  }
  return resized;
}

/** Sums the pixels of one old row into the new columns. */
function sumRow({ pixels, width }: Picture, row: number, { places, fullShare }: Coverage, line: Int32Array): void {
  const start = row * width * 3;
  for (let place = 0, to = 0; place < places.length; place += 4, to += 3) {
    let at = start + (places[place] as number) * 3;
    const tail = start + (places[place + 1] as number) * 3;
    const headShare = places[place + 2] as number;
    const tailShare = places[place + 3] as number;
    let red = Math.imul(headShare, pixels[at] as number) + Math.imul(tailShare, pixels[tail] as number);
    let green = Math.imul(headShare, pixels[at + 1] as number) + Math.imul(tailShare, pixels[tail + 1] as number);
    let blue = Math.imul(headShare, pixels[at + 2] as number) + Math.imul(tailShare, pixels[tail + 2] as number);
    for (at += 3; at < tail; at += 3) {
      red += Math.imul(fullShare, pixels[at] as number);
      green += Math.imul(fullShare, pixels[at + 1] as number);
      blue += Math.imul(fullShare, pixels[at + 2] as number);
    }
    line[to] = red;
    line[to + 1] = green;
    line[to + 2] = blue;
  }
}

/** The same for half the size, by far the commonest whole factor: two thirds of the time that `averageBlocks` takes. */
function halve({ pixels, width }: Picture, area: Box, resized: Uint8Array): Uint8Array {
  for (let row = area.top, to = 0; row < area.top + area.height; row += 2) {
    let at = (row * width + area.left) * 3;
    let below = at + width * 3;
    for (const end = to + (area.width / 2) * 3; to < end; at += 3, below += 3)
      // Three channels of one new pixel, and then over the other old one.
      for (const next = at + 3; at < next; at++, below++, to++)
        resized[to] =
          ((pixels[at] as number) +
            (pixels[at + 3] as number) +
            (pixels[below] as number) +
            (pixels[below + 3] as number) +
            2) >>
          2;
  }
  return resized;
}

/** The same for whole factors, where every new pixel is the mean of a block of old ones: a third of the time. */
function averageBlocks(picture: Picture, area: Box, width: number, height: number, resized: Uint8Array): Uint8Array {
  const { pixels, width: stride } = picture;
  const across = area.width / width;
  const down = area.height / height;
  const total = across * down;
  // Rounded down, because among whole numbers the half of an odd total makes no difference.
  const half = total >> 1;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const corner = ((area.top + y * down) * stride + area.left + x * across) * 3;
      let red = half;
      let green = half;
      let blue = half;
      for (let row = corner; row < corner + down * stride * 3; row += stride * 3) {
        for (let at = row; at < row + across * 3; at += 3) {
          red += pixels[at] as number;
          green += pixels[at + 1] as number;
          blue += pixels[at + 2] as number;
        }
      }
      // Storing a fraction in an array of bytes leaves its whole part.
      resized[to] = red / total;
      resized[to + 1] = green / total;
      resized[to + 2] = blue / total;
    }
  }
  return resized;
}

/** What each new place along one axis covers: old places `first` to `last`, those two in part, those between in full. */
interface Coverage {
  /** Four numbers a new place: `first`, `last`, and how much of each is covered. Where they are one, the second is 0. */
  readonly places: Int32Array;
  /** The share of an old place that is covered in full. */
  readonly fullShare: number;
}

/** Shares count in parts of 1/`count` of an original pixel, which makes all of them whole; each place's add up to `length`. */
function coverage(start: number, length: number, shrunk: number, count: number): Coverage {
  const fullShare = shrunk * count;
  const places = new Int32Array(count * 4);
  for (let place = 0; place < places.length; place += 4) {
    const from = start * count + (place / 4) * length;
    const to = from + length;
    const first = Math.floor(from / fullShare);
    const last = Math.ceil(to / fullShare) - 1;
    places[place] = first;
    places[place + 1] = last;
    places[place + 2] = Math.min(to, (first + 1) * fullShare) - from;
    places[place + 3] = first === last ? 0 : to - last * fullShare;
  }
  return { places, fullShare };
}

import type { Picture } from '../image.ts';
import type { Box } from './source.ts';

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
  if (shrunk === 1 && area.width % width === 0 && area.height % height === 0)
    return averageBlocks(picture, area, width, height, resized);
  const columns = coverage(area.left, area.width, shrunk, width);
  const rows = coverage(area.top, area.height, shrunk, height);
  const sums = new Int32Array(picture.width * 3);
  for (let y = 0; y < height; y++) {
    addRows(picture, rows, y, columns, sums);
    averageRow(sums, columns, area.width * area.height, resized, y * width * 3);
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
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly firstShare: Int32Array;
  readonly lastShare: Int32Array;
  /** The share of an old place that is covered in full. */
  readonly fullShare: number;
}

/** Shares count in parts of 1/`places` of an original pixel, which makes all of them whole; each place's add up to `length`. */
function coverage(start: number, length: number, shrunk: number, places: number): Coverage {
  const [first, last] = [new Int32Array(places), new Int32Array(places)];
  const [firstShare, lastShare] = [new Int32Array(places), new Int32Array(places)];
  const fullShare = shrunk * places;
  for (let place = 0; place < places; place++) {
    const from = start * places + place * length;
    const to = from + length;
    const head = Math.floor(from / fullShare);
    const tail = Math.ceil(to / fullShare) - 1;
    first[place] = head;
    last[place] = tail;
    firstShare[place] = Math.min(to, (head + 1) * fullShare) - from;
    lastShare[place] = head === tail ? 0 : to - tail * fullShare;
  }
  return { first, last, firstShare, lastShare, fullShare };
}

/** Sums the rows that new row `y` covers into `sums`, for the columns that are needed at all. */
function addRows({ pixels, width }: Picture, rows: Coverage, y: number, columns: Coverage, sums: Int32Array): void {
  const from = (columns.first[0] as number) * 3;
  const to = ((columns.last.at(-1) as number) + 1) * 3;
  const first = rows.first[y] as number;
  const last = rows.last[y] as number;
  sums.fill(0, from, to);
  for (let row = first; row <= last; row++) {
    const share = (row === first ? rows.firstShare[y] : row === last ? rows.lastShare[y] : rows.fullShare) as number;
    for (let x = from, at = row * width * 3 + from; x < to; x++, at++)
      sums[x] = (sums[x] as number) + share * (pixels[at] as number);
  }
}

/** Averages the summed rows along the columns into one new row at `out`. */
function averageRow(sums: Int32Array, columns: Coverage, total: number, resized: Uint8Array, out: number): void {
  const { first, last, firstShare, lastShare, fullShare } = columns;
  const half = total / 2;
  for (let x = 0, to = out; x < first.length; x++, to += 3) {
    const head = (first[x] as number) * 3;
    const tail = (last[x] as number) * 3;
    const headShare = firstShare[x] as number;
    const tailShare = lastShare[x] as number;
    let red = headShare * (sums[head] as number) + tailShare * (sums[tail] as number) + half;
    let green = headShare * (sums[head + 1] as number) + tailShare * (sums[tail + 1] as number) + half;
    let blue = headShare * (sums[head + 2] as number) + tailShare * (sums[tail + 2] as number) + half;
    for (let at = head + 3; at < tail; at += 3) {
      red += fullShare * (sums[at] as number);
      green += fullShare * (sums[at + 1] as number);
      blue += fullShare * (sums[at + 2] as number);
    }
    resized[to] = red / total;
    resized[to + 1] = green / total;
    resized[to + 2] = blue / total;
  }
}

import { resizeByArea } from '../dataset/resize.ts';
import type { Picture } from '../image.ts';

/**
 * What a picture of a car front looks like, as numbers: where it is how bright and of which colour, and where edges run in which direction.
 * Plain arithmetic without a network, so that a page and the command line say the same of the same picture.
 */

/** Pictures of all sizes are brought to this first, in pixels each way. */
const size = 32;
/** The colours are those of so many cells each way, */
const colourCells = 8;
/** and the edges too, each in so many directions of a half turn. */
const edgeCells = 8;
const directions = 8;

/** How many numbers there are of each kind; they lie one behind the other. */
export const featureParts = [colourCells ** 2 * 3, edgeCells ** 2 * directions] as const;

/** Edges weaker than this (black to white is 1) are not made strong where a picture has no others. */
const faintest = 0.15;

/** @returns The colours, then the edges, each as `featureParts` says. */
export function featuresOf(picture: Picture): Float32Array {
  const pixels = resizeByArea(picture, size, size);
  const features = new Float32Array(featureParts[0] + featureParts[1]);
  features.set(coloursOf(pixels));
  features.set(edgesOf(lumaOf(pixels)), featureParts[0]);
  return features;
}

/** Rec. 601, of 0 to 1. */
function lumaOf(pixels: Uint8Array): Float32Array {
  const luma = new Float32Array(pixels.length / 3);
  for (let at = 0; at < luma.length; at++)
    luma[at] =
      (0.299 * (pixels[at * 3] ?? 0) + 0.587 * (pixels[at * 3 + 1] ?? 0) + 0.114 * (pixels[at * 3 + 2] ?? 0)) / 255;
  return luma;
}

/** Luma, and how much bluer and how much redder than grey, of each cell. */
function coloursOf(pixels: Uint8Array): Float32Array {
  const cells = resizeByArea({ pixels, width: size, height: size }, colourCells, colourCells);
  const luma = lumaOf(cells);
  const colours = new Float32Array(cells.length);
  for (let at = 0; at < luma.length; at++) {
    const grey = luma[at] ?? 0;
    colours.set([grey, (cells[at * 3 + 2] ?? 0) / 255 - grey, (cells[at * 3] ?? 0) / 255 - grey], at * 3);
  }
  return colours;
}

/**
 * Histograms of oriented gradients (Dalal and Triggs 2005): in each cell how strong the edges of each direction are, beside all edges of
 * the cells around it.
 */
function edgesOf(luma: Float32Array): Float32Array {
  const strengths = new Float32Array(edgeCells ** 2 * directions);
  const cell = size / edgeCells;
  const at = (x: number, y: number) => luma[y * size + x] ?? 0;
  for (let y = 1; y < size - 1; y++)
    for (let x = 1; x < size - 1; x++) {
      const [across, down] = [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)];
      const turn = (Math.atan2(down, across) / Math.PI + 1) * directions;
      const [lower, share] = [Math.floor(turn), turn - Math.floor(turn)];
      const first = (Math.floor(y / cell) * edgeCells + Math.floor(x / cell)) * directions;
      add(strengths, first + (lower % directions), (1 - share) * Math.hypot(across, down));
      add(strengths, first + ((lower + 1) % directions), share * Math.hypot(across, down));
    }
  return besideTheirNeighbours(strengths);
}

function add(values: Float32Array, at: number, more: number): void {
  values[at] = (values[at] ?? 0) + more;
}

function besideTheirNeighbours(strengths: Float32Array): Float32Array {
  const squares = new Float32Array(edgeCells ** 2);
  strengths.forEach((value, at) => {
    add(squares, Math.floor(at / directions), value ** 2);
  });
  const inside = (place: number) => Math.min(edgeCells - 1, Math.max(0, place));
  const around = squares.map((_, cell) => {
    const [x, y] = [cell % edgeCells, Math.floor(cell / edgeCells)];
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) sum += squares[inside(y + dy) * edgeCells + inside(x + dx)] ?? 0;
    return Math.sqrt(sum);
  });
  return strengths.map((value, at) => value / ((around[Math.floor(at / directions)] ?? 0) + faintest));
}

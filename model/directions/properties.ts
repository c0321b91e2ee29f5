import { FreshcarError } from '../errors.ts';

/**
 * What can be measured of a picture of a car front without a network: where its cars lie is the same in all pictures, since they are
 * cropped tightly. All are shares of the picture's size, so that models of any size compare.
 */

/** The measured properties by the names that they have everywhere: in a bundle, in addresses, on the command line. */
export const propertyNames = [
  'brightness',
  'warmth',
  'colour',
  'background',
  'windscreen',
  'lamps',
  'symmetry',
] as const;
export type PropertyName = (typeof propertyNames)[number];

/** What more of each means, for people. */
export const propertyTitles: Readonly<
  Record<PropertyName, { readonly title: string; readonly ends: readonly [string, string] }>
> = {
  brightness: { title: 'Paint', ends: ['darker', 'brighter'] },
  warmth: { title: 'Hue', ends: ['bluer', 'redder'] },
  colour: { title: 'Colour', ends: ['greyer', 'more colourful'] },
  background: { title: 'Surroundings', ends: ['darker', 'brighter'] },
  windscreen: { title: 'Windscreen', ends: ['darker', 'brighter'] },
  lamps: { title: 'Lamps', ends: ['darker', 'brighter'] },
  symmetry: { title: 'Symmetry', ends: ['less', 'more'] },
};

/** A part of a picture, in shares of its width and height. */
interface Region {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const body: Region = { left: 0.25, right: 0.75, top: 0.4, bottom: 0.6 };
const screen: Region = { left: 0.3, right: 0.7, top: 0.12, bottom: 0.32 };
const corners: readonly Region[] = [
  { left: 0, right: 0.15, top: 0, bottom: 0.3 },
  { left: 0.85, right: 1, top: 0, bottom: 0.3 },
];
const lamps: readonly Region[] = [
  { left: 0.06, right: 0.28, top: 0.45, bottom: 0.65 },
  { left: 0.72, right: 0.94, top: 0.45, bottom: 0.65 },
];

/** The properties of one picture of `size` by `size` RGB pixels, in the order of `propertyNames`. */
export function measureCar(pixels: Uint8Array, size: number): number[] {
  if (pixels.length !== size * size * 3)
    throw new FreshcarError(
      'invalid-input',
      `A picture of ${size} pixels has ${size * size * 3} bytes, not ${pixels.length}.`,
    );
  const mean = (regions: readonly Region[], value: (red: number, green: number, blue: number) => number) =>
    meanOver(pixels, size, regions, value);
  const paint = mean([body], luma);
  return [
    paint,
    mean([body], (red, _, blue) => red - blue),
    mean([body], (red, green, blue) => Math.max(red, green, blue) - Math.min(red, green, blue)),
    mean(corners, luma),
    mean([screen], luma),
    mean(lamps, luma),
    -asymmetry(pixels, size),
  ];
}

/** Rec. 601, of 0 to 255. */
const luma = (red: number, green: number, blue: number) => 0.299 * red + 0.587 * green + 0.114 * blue;

function meanOver(
  pixels: Uint8Array,
  size: number,
  regions: readonly Region[],
  value: (red: number, green: number, blue: number) => number,
): number {
  let [sum, count] = [0, 0];
  for (const { left, right, top, bottom } of regions)
    for (let y = Math.floor(top * size); y < Math.ceil(bottom * size); y++)
      for (let x = Math.floor(left * size); x < Math.ceil(right * size); x++) {
        const at = (y * size + x) * 3;
        sum += value(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
        count += 1;
      }
  return sum / count;
}

/** The mean difference between a channel and the one across the middle. */
function asymmetry(pixels: Uint8Array, size: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let channel = 0; channel < 3; channel++) {
        const across = pixels[(y * size + size - 1 - x) * 3 + channel] ?? 0;
        sum += Math.abs((pixels[(y * size + x) * 3 + channel] ?? 0) - across);
      }
  return sum / pixels.length;
}

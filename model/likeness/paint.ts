import type { Picture } from '../image.ts';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Where a front is nearly always paint, in shares of the picture: the bonnet's middle. */
const bonnet = { left: 0.3, right: 0.7, top: 0.36, bottom: 0.46 };

/** The mean colour of a car's bonnet. */
export function paintOf({ pixels, width, height }: Picture): Colour {
  const sums = [0, 0, 0];
  let count = 0;
  for (let y = Math.floor(bonnet.top * height); y < Math.ceil(bonnet.bottom * height); y++)
    for (let x = Math.floor(bonnet.left * width); x < Math.ceil(bonnet.right * width); x++, count++)
      for (let channel = 0; channel < 3; channel++)
        sums[channel] = (sums[channel] ?? 0) + (pixels[(y * width + x) * 3 + channel] ?? 0);
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => Math.round(sum / count));
  return [red, green, blue];
}

/** How different two colours look: the squared distance in Oklab (Ottosson 2020), in which equal distances look about equal. */
export function colourDistance(one: Colour, other: Colour): number {
  const [a, b] = [oklabOf(one), oklabOf(other)];
  return a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0);
}

function oklabOf(colour: Colour): readonly number[] {
  // From sRGB to amounts of light.
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}

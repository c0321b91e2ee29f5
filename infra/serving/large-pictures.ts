import type { Settings } from '../context.ts';

/** Pictures of up to 256 cars. */
export const largePictures = ['', '/models/{version}'].flatMap((model) => [`${model}/sheet.png`, `${model}/morph.png`]);
/** Of the requests that the service takes, what large pictures may be, all of their routes together. */
const largeShare = 0.1;

/** What each route of large pictures lets through: requests a second, a share of a whole one too, and at once. */
export function largePictureThrottle({
  throttleRate,
  throttleBurst,
}: Pick<Settings, 'throttleRate' | 'throttleBurst'>) {
  return {
    rate: (throttleRate * largeShare) / largePictures.length,
    burst: Math.max(1, Math.round(throttleBurst * largeShare)),
  };
}

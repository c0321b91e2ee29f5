import { resizeByArea } from '../resize.ts';
import type { Box, SourcePicture } from '../sources/source.ts';
import { UnreadablePicture } from '../sources/source.ts';
import { type Crop, cropBox } from './crop.ts';
import { createDecoder, type Decoded, type Decoder } from './decode.ts';

/** How every picture of a dataset is made ready. */
export interface PrepareOptions {
  /** Pixels each way of every packed picture. */
  readonly imageSize: number;
  readonly crop: Crop;
}

/** How it went with a picture; nothing is said of one that is as it should be. */
export interface Outcome {
  /** Why it could not be read. */
  readonly reason?: string;
  /** What is wrong with its file, though it was read. */
  readonly note?: string;
  /** Whether what was kept of it is no square, and so lost its shape. */
  readonly squeezed?: boolean;
}

/** A part that is so much longer than wide, or wider than long, is seen to be squeezed. */
const squareTolerance = 1.05;

/**
 * Makes some pictures ready, one after the other.
 *
 * @param pixels Where they go, `imageSize * imageSize * 3` bytes each; those of an unreadable one stay as they are.
 */
export type PreparePictures = (pictures: readonly SourcePicture[], pixels: Uint8Array) => Promise<Outcome[]>;

/** Makes pictures ready in this thread: decoded, cropped, resized. */
export function createPreparer({ imageSize, crop }: PrepareOptions): PreparePictures {
  const decoder = createDecoder();
  const bytes = imageSize * imageSize * 3;
  return async (pictures, pixels) => {
    const outcomes: Outcome[] = [];
    for (const [index, picture] of pictures.entries()) {
      try {
        // Plain JPEG comes without a promise, and waiting for none costs more than resizing one.
        const pending = decodePicture(decoder, picture, crop, imageSize);
        const decoded = pending instanceof Promise ? await pending : pending;
        const kept = cropBox(crop, decoded.fullSize, picture.box);
        const box = decodedBox(kept, decoded);
        const place = pixels.subarray(index * bytes, (index + 1) * bytes);
        resizeByArea(decoded.picture, imageSize, imageSize, box, place);
        const squeezed = Math.max(kept.width / kept.height, kept.height / kept.width) > squareTolerance;
        outcomes.push({ ...(decoded.note !== undefined && { note: decoded.note }), ...(squeezed && { squeezed }) });
      } catch (cause) {
        if (!(cause instanceof UnreadablePicture)) throw cause;
        outcomes.push({ reason: cause.message });
      }
    }
    return outcomes;
  };
}

function decodePicture(
  decoder: Decoder,
  { content, box }: SourcePicture,
  crop: Crop,
  imageSize: number,
): Decoded | Promise<Decoded> {
  if ('picture' in content) return { picture: content.picture, fullSize: content.picture };
  return decoder.decode(content.file, (size) => cropBox(crop, size, box), imageSize);
}

/** The box in the pixels that `resizeByArea` counts in, should the picture have been shrunk by an odd factor. */
function decodedBox(box: Box, { picture, fullSize }: Decoded): Box {
  if (picture.shrunk !== undefined || picture.width === fullSize.width) return box;
  const [across, down] = [picture.width / fullSize.width, picture.height / fullSize.height];
  const left = Math.min(picture.width - 1, Math.round(box.left * across));
  const top = Math.min(picture.height - 1, Math.round(box.top * down));
  return {
    left,
    top,
    width: Math.max(1, Math.min(picture.width - left, Math.round(box.width * across))),
    height: Math.max(1, Math.min(picture.height - top, Math.round(box.height * down))),
  };
}

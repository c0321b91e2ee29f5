import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Sharp } from 'sharp';
import { reasonOf } from '../../files.ts';
import type { DecodedPicture } from '../resize.ts';
import type { Box } from '../sources/source.ts';
import { UnreadablePicture } from '../sources/source.ts';
import { createJpegDecoder, type JpegDecoder } from './jpeg-decoder.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';

/** An upright picture in 8-bit sRGB. `fullSize` is the original's, in whose pixels boxes count. */
export interface Decoded {
  readonly picture: DecodedPicture;
  readonly fullSize: { readonly width: number; readonly height: number };
}

/** A decoder keeps memory from picture to picture; one a thread. */
export interface Decoder {
  /**
   * @param crop The part that will be used of a picture of that size.
   * @param imageSize Pixels each way that the part will be resized to, so that no more is decoded than needed.
   * @throws UnreadablePicture with the reason.
   */
  decode(
    file: string,
    crop: (size: { width: number; height: number }) => Box,
    imageSize: number,
  ): Decoded | Promise<Decoded>;
}

const usualFileBytes = 1024 * 1024;
const mostFileBytes = 512 * 1024 * 1024;
/** Larger ones are shrunk to this on the way in, so that a few of them at once fit into memory. */
const mostPixels = 16_000_000;
/** libvips reads much more, PDF and SVG among it, which no folder of photographs should be taken for. */
const formats = new Set(['jpeg', 'png', 'webp']);

/** Plain JPEG goes straight through libjpeg-turbo, all else through sharp, which also says what is wrong with a file. */
export function createDecoder(): Decoder {
  let jpegDecoder: JpegDecoder | undefined;
  const read = createReader();
  return {
    decode: (file, crop, imageSize) => {
      const bytes = read(file);
      const header = readJpegHeader(bytes);
      if (header && isPlain(header)) {
        jpegDecoder ??= createJpegDecoder();
        const shrunk = shrinkFactor(crop(header), imageSize);
        const picture = jpegDecoder.decode(bytes, header, shrunk);
        if (picture) return { picture, fullSize: header };
      }
      // A copy, because sharp reads it while the next one may be read.
      return decodeBySharp(bytes.slice());
    },
  };
}

/** Upright, grey or colour, no profile, not huge: what needs no more than libjpeg-turbo to become sRGB. */
function isPlain({ width, height, components, orientation, profiled }: JpegHeader): boolean {
  const pixels = width * height;
  return components !== 4 && orientation === 1 && !profiled && pixels > 0 && pixels <= mostPixels;
}

/**
 * The factor that a JPEG is shrunk by while it is decoded, for which libjpeg leaves out the fine part of each block of 8 by 8
 * (the mean alone at 8). At least two decoded pixels remain for each new one, so that the averaging after it is what
 * counts.
 *
 * The result is no exact area average any more. Of 267 photographs of Stanford Cars, 32 pixels each way, a value is 0.9 of
 * 255 off on average and neither brighter nor darker as a whole; one in 31 is off by more than 4, beside hard edges, none by
 * more than 32.
 */
function shrinkFactor(box: Box, imageSize: number): number {
  const ratio = Math.min(box.width, box.height) / (2 * imageSize);
  return [8, 4, 2].find((factor) => factor <= ratio) ?? 1;
}

/** Reads files into memory that the next one is read into as well, for which most need a single call. */
function createReader(): (path: string) => Uint8Array {
  const usual = new Uint8Array(usualFileBytes);
  return (path) => {
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      const read = readSync(file, usual, 0, usual.length, 0);
      if (read === 0) throw new UnreadablePicture('the file is empty');
      return read < usual.length ? usual.subarray(0, read) : readLarge(file);
    } catch (cause) {
      if (cause instanceof UnreadablePicture) throw cause;
      throw new UnreadablePicture(reasonOf(cause), { cause });
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
}

function readLarge(file: number): Uint8Array {
  const { size } = fstatSync(file);
  if (size > mostFileBytes) throw new UnreadablePicture('the file is larger than 512 MB');
  const bytes = new Uint8Array(size);
  return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
}

async function decodeBySharp(bytes: Uint8Array): Promise<Decoded> {
  try {
    return await decodeUpright((await loadSharp())(bytes));
  } catch (cause) {
    if (cause instanceof UnreadablePicture) throw cause;
    throw new UnreadablePicture(sharpReason(cause), { cause });
  }
}

async function decodeUpright(image: Sharp): Promise<Decoded> {
  const { format, autoOrient: fullSize } = await image.metadata();
  if (!formats.has(format))
    throw new UnreadablePicture(`it is ${format.toUpperCase()} inside; save it as JPEG, PNG or WebP`);
  const excess = Math.sqrt((fullSize.width * fullSize.height) / mostPixels);
  const upright = image.autoOrient();
  if (excess > 1) upright.resize(...shrinkTo(fullSize, excess), { fit: 'fill', kernel: 'linear' });
  const { data, info } = await upright
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { picture: { pixels: data, width: info.width, height: info.height }, fullSize };
}

function shrinkTo(size: { width: number; height: number }, by: number): [number, number] {
  return [Math.max(1, Math.floor(size.width / by)), Math.max(1, Math.floor(size.height / by))];
}

/** Loaded for the first picture that needs it: many datasets are plain JPEG throughout. */
async function loadSharp() {
  const { default: loaded } = await import('sharp');
  // One picture a thread is in work, and none comes twice.
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}

/** What libvips says, as a person would. */
function sharpReason(cause: unknown): string {
  const message = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
  if (/unsupported image format|buffer is empty/i.test(message)) return 'it is no JPEG, PNG or WebP inside';
  if (/premature end|end of stream|truncat|unexpected end|read error/i.test(message)) return 'the file is cut off';
  if (/pixel limit/i.test(message)) return 'it has more than 268 million pixels';
  return `it is damaged (${message})`;
}

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
  /** What is wrong with the file, though nearly all its pixels are there. */
  readonly note?: string;
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
  const sharp = await loadSharp();
  try {
    return await decodeUpright(sharp(bytes));
  } catch (cause) {
    if (cause instanceof UnreadablePicture) throw cause;
    const reason = sharpReason(cause);
    const flawed = await decodeFlawed(sharp, bytes, cause).catch(() => undefined);
    if (flawed === undefined) throw new UnreadablePicture(reason, { cause });
    return flawed;
  }
}

/**
 * Flaws of JPEGs that every viewer shows in full: some cameras write a wrong header before the scan, some programs leave out the
 * marker of the end, or bytes before it. What is more than that is damage.
 */
const harmless: readonly { readonly pattern: RegExp; readonly note: string }[] = [
  { pattern: /invalid sos parameters/i, note: 'the header of its scan is not as it should be' },
  { pattern: /extraneous bytes before marker 0xd9/i, note: 'there are bytes too many before its end' },
];
/** Most rows that may be missing at the end, as a part of all. */
const mostMissing = 0.02;

async function decodeFlawed(sharp: Awaited<ReturnType<typeof loadSharp>>, bytes: Uint8Array, cause: unknown) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const message = cause instanceof Error ? cause.message : '';
  const flaw = harmless.find(({ pattern }) => pattern.test(message));
  // libvips tells all warnings in one message; one of another kind is damage.
  const onlyHarmless = message
    .split('\n')
    .every((line) => /^\s*$|^(?:VipsJpeg: )?(?:invalid sos|.*extraneous bytes before marker 0xd9)/i.test(line));
  if (flaw && onlyHarmless) return { ...(await decodeUpright(sharp(bytes, { failOn: 'none' }))), note: flaw.note };
  if (!isCutOff(message)) return undefined;
  const whole = await decodeUpright(sharp(Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]))).catch(() => undefined);
  if (whole) return { ...whole, note: 'the marker of its end is missing' };
  if (isProgressive(bytes)) return undefined;
  const missing = missingRows(await sharp(bytes, { failOn: 'none' }).raw().toBuffer({ resolveWithObject: true }));
  if (missing === 0 || missing > mostMissing) return undefined;
  const cut = await decodeUpright(sharp(bytes, { failOn: 'none' }));
  return { ...cut, note: `it is cut off: the last ${(100 * missing).toFixed(1)}% of its rows are missing` };
}

/** Whether its scans refine each other (start of frame 2): cut off, all of it is worse, and there is no telling how much. */
function isProgressive(bytes: Uint8Array): boolean {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(Buffer.from([0xff, 0xc2]));
  return at >= 0;
}

/** The part of the rows, from the last one up, that libjpeg left at the middle grey, as it does where data ends. */
function missingRows({ data, info }: { data: Buffer; info: { width: number; height: number; channels: number } }) {
  const stride = info.width * info.channels;
  const isGrey = (row: number) =>
    data.subarray(row * stride, (row + 1) * stride).every((value) => Math.abs(value - 128) <= 1);
  let rows = 0;
  while (rows < info.height && isGrey(info.height - 1 - rows)) rows++;
  // The row of blocks in which data ends is there in part.
  return (rows + 16) / info.height;
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
  if (isCutOff(message)) return 'the file is cut off';
  if (/pixel limit/i.test(message)) return 'it has more than 268 million pixels';
  return `it is damaged (${message})`;
}

function isCutOff(message: string): boolean {
  return /premature end|end of stream|truncat|unexpected end|read error/i.test(message);
}

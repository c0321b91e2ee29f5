/** What a JPEG says of itself before its pixels. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  /** Exif orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether a colour profile says what its numbers mean. */
  readonly profiled: boolean;
}

const exifMark = [0x45, 0x78, 0x69, 0x66, 0, 0];
const profileMark = [...new TextEncoder().encode('ICC_PROFILE')];
const orientationTag = 0x0112;

/** Reads the segments before the first scan (ITU T.81, annex B); undefined for anything but a well-formed JPEG. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let [orientation, profiled] = [1, false];
  for (let at = 2; at + 10 < bytes.length; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (marker < 0xffc0 || length < 2) return undefined;
    if (marker === 0xffe1 && startsWith(segment, exifMark)) orientation = readOrientation(segment.subarray(6));
    if (marker === 0xffe2 && startsWith(segment, profileMark)) profiled = true;
    if (isFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { width, height, components: view.getUint8(at + 9), orientation, profiled };
    }
    at += 2 + length;
  }
  return undefined;
}

/** Start of frame, whatever the coding; C4, C8 and CC lie among them and mean other things. */
function isFrame(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

/** The orientation in the first directory of a TIFF structure; 1 where it says nothing. */
function readOrientation(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) === orientationTag) return view.getUint16(entry + 8, little);
  }
  return 1;
}

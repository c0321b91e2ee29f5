import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DecodedPicture } from '../resize.ts';

/**
 * libjpeg-turbo as WebAssembly, called without a thread pool between: for small photographs sharp spends ten times as long on
 * its pipeline as on the pixels. Its pixels are the same as sharp's to the bit. The package's own door decodes at full
 * size only, to RGBA; this one also shrinks by 2, 4 or 8 while decoding, which large photographs gain most from.
 */

interface TurboJpeg {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDecompress2(
    handle: number,
    jpeg: number,
    bytes: number,
    out: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

/** As much of the global of that name as this needs; the types of Node leave it out. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

/** `TJPF_RGB` of turbojpeg.h. */
const formatRgb = 0;

export interface JpegDecoder {
  /**
   * Decodes to RGB, shrunk by 1, 2, 4 or 8. The pixels are a view that the next call writes over. Undefined for what
   * libjpeg-turbo cannot decode without an error or a warning.
   */
  decode(jpeg: Uint8Array, size: { width: number; height: number }, shrunk: number): DecodedPicture | undefined;
}

/** A decoder that keeps its memory from picture to picture; one a thread. */
export function createJpegDecoder(): JpegDecoder {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm');
  const module = new wasm.Module(readFileSync(path));
  let session: Session | undefined;

  return {
    decode: (jpeg, size, shrunk) => {
      session ??= openSession(module);
      const picture = session.decode(jpeg, Math.ceil(size.width / shrunk), Math.ceil(size.height / shrunk));
      // After an error libjpeg's state is not to be trusted.
      if (!picture) session = undefined;
      return picture && { ...picture, shrunk };
    },
  };
}

interface Session {
  decode(jpeg: Uint8Array, width: number, height: number): DecodedPicture | undefined;
}

function openSession(module: object): Session {
  const turbo = instantiate(module);
  const handle = turbo.tjInitDecompress();
  const input = growingMemory(turbo);
  const output = growingMemory(turbo);
  return {
    decode: (jpeg, width, height) => {
      const from = input(jpeg.length);
      const to = output(width * height * 3);
      new Uint8Array(turbo.memory.buffer, from, jpeg.length).set(jpeg);
      try {
        if (turbo.tjDecompress2(handle, from, jpeg.length, to, width, width * 3, height, formatRgb, 0) !== 0)
          return undefined;
      } catch {
        return undefined;
      }
      return { pixels: new Uint8Array(turbo.memory.buffer, to, width * height * 3), width, height };
    },
  };
}

/** libjpeg leaves on an error by longjmp, which becomes an exception here. */
function instantiate(module: object): TurboJpeg {
  const refuse = () => {
    throw new Error('libjpeg-turbo gave up');
  };
  const imports = {
    env: { setjmp: () => 0, longjmp: refuse },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: refuse,
      proc_exit: refuse,
      fd_close: refuse,
      fd_seek: refuse,
      fd_write: refuse,
    },
  };
  return new wasm.Instance(module, imports).exports as TurboJpeg;
}

/** Memory of the module of at least so many bytes, taken anew only when more is asked for than ever before. */
function growingMemory(turbo: TurboJpeg): (bytes: number) => number {
  let [pointer, capacity] = [0, 0];
  return (bytes) => {
    if (bytes <= capacity) return pointer;
    if (pointer !== 0) turbo.free(pointer);
    capacity = Math.ceil(bytes * 1.25);
    pointer = turbo.malloc(capacity);
    return pointer;
  };
}

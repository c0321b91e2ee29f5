import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';

/** What decides whether the wheel's library can run here. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  /** The version of the GNU C library; undefined where there is another, as on Alpine. */
  readonly glibc: string | undefined;
}

const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  const { platform, arch, report } = process;
  const header = platform === 'linux' ? reportSchema.parse(report.getReport()).header : undefined;
  return { platform, arch, glibc: header?.glibcVersionRuntime };
}

/** @throws FreshcarError `missing-dependency` where the library cannot run, with what to do there. */
export function requireSupport({ platform, arch, glibc }: Machine): void {
  const container = 'or train in the container image (model/container)';
  if (platform === 'linux' && arch === 'x64') {
    if (glibc !== undefined) return;
    throw new FreshcarError(
      'missing-dependency',
      `The library needs the GNU C library, which this Linux does not have: use a Debian-based image, ${container}.`,
    );
  }
  throw new FreshcarError(
    'missing-dependency',
    `This setup has a library for Linux on x64 only, and here is ${platform} on ${arch}: ` +
      `run \`npm install\` where the network lets @tensorflow/tfjs-node download its own library, ${container}.`,
  );
}

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder that an image is built of, and what of it is left out, as a `.dockerignore` says it. */
export interface ImageSource {
  readonly directory: string;
  readonly file: string;
  readonly exclude: string[];
}

/**
 * An image's source in the project's folder.
 *
 * @param file The Dockerfile; what it leaves out is in `<file>.dockerignore` beside it.
 */
export function readImageSource(root: string, file: string): ImageSource {
  const ignored = readFileSync(path.join(root, `${file}.dockerignore`), 'utf8');
  // Docker takes its own file along whatever is left out; the CDK, which stages the folder before, has to be told.
  return { directory: root, file, exclude: [...ignored.split('\n').filter((line) => line !== ''), `!${file}`] };
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ContextError, type Settings } from '../context.ts';
import type { Bundles } from './bundle.ts';

/** The models that come with the program. */
const shipped = 'model/pretrained/models';
const manifestSchema = z.object({ files: z.record(z.string(), z.object({ sha256: z.string() })) });

/**
 * The shipped models were trained on photographs that are for research only. Whoever puts them on a public address is told so
 * once and says that it is all right, or names models of their own.
 *
 * @param root The project's folder.
 * @throws ContextError when one of the bundles has shipped weights, under whatever name, and nobody said yes.
 */
export function requireConsent(
  root: string,
  bundles: Bundles,
  { acceptWeights }: Pick<Settings, 'acceptWeights'>,
): void {
  if (acceptWeights) return;
  const known = new Set(
    readdirSync(path.join(root, shipped), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => weightsOf(path.join(root, shipped, name))),
  );
  const found = bundles.filter(({ folder }) => weightsOf(folder).some((hash) => known.has(hash)));
  if (found.length === 0) return;
  const names = found.map(({ version }) => version).join(' and ');
  throw new ContextError([
    `The weights of ${names} were trained on photographs that are for research only; ${shipped}/<version>/card.md says which. If that is what this service is for, deploy with -c acceptWeights=true; otherwise with a model of your own, by -c bundle=DIR.`,
  ]);
}

function weightsOf(folder: string): string[] {
  const { files } = manifestSchema.parse(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')));
  return Object.entries(files).flatMap(([name, { sha256 }]) =>
    /^(generator\.onnx|weights\.bin)$/.test(name) ? [sha256] : [],
  );
}

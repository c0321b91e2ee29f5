import type { Manifest } from '../bundle/manifest.ts';
import type { Dataset } from '../dataset/read-dataset.ts';
import { maximumSeed } from '../latent.ts';
import { printable } from '../terminal.ts';
import type { Copying } from './copying.ts';
import type { Evaluation } from './evaluate.ts';
import type { FolderRecall } from './folder-recall.ts';

/** A packed dataset, as results name it. */
export interface NamedData {
  readonly name: string;
  readonly images: number;
  readonly sha256: string;
}

/** A generated car and the training picture nearest to it, as others can find them. */
interface NamedPair {
  readonly seed: number;
  /** The training picture's number in its file, and whether its mirror image is meant. */
  readonly training: number;
  readonly mirrored: boolean;
  /** The photograph that it was packed from, inside its source; left out where the file does not say. */
  readonly name?: string;
  readonly ratio: number;
}

/** Names the pairs of a copying check: `firstSeed` is the first car's; behind the training pictures come their mirror images. */
export function nameCopying(
  copying: Copying,
  firstSeed: number,
  { count, provenance }: Pick<Dataset, 'count' | 'provenance'>,
): EvaluationResult['copying'] {
  const closest = copying.closest.map(({ car, training, ratio }) => {
    const name = provenance?.pictures?.[training % count];
    return {
      seed: (firstSeed + car) % (maximumSeed + 1),
      training: training % count,
      mirrored: training >= count,
      ...(name !== undefined && { name }),
      ratio,
    };
  });
  return { ...copying, closest };
}

/** What `freshcar evaluate` found, and all that one must know to compare it: the JSON that it writes. */
export interface EvaluationResult extends Omit<Evaluation, 'copying' | 'covered'> {
  readonly format: 1;
  readonly model: { readonly version: string; readonly sha256: string };
  /** The protocol's version; null when other cars than its own were measured. */
  readonly protocol: number | null;
  readonly cars: { readonly count: number; readonly firstSeed: number; readonly truncation: number };
  readonly features: { readonly name: string; readonly sha256: string; readonly size: number };
  readonly data: NamedData;
  readonly training: NamedData | null;
  /** Left out where the data does not say which picture is from where. */
  readonly folders?: readonly FolderRecall[];
  readonly copying: (Omit<Copying, 'closest'> & { readonly closest: readonly NamedPair[] }) | null;
}

/** The scores as a manifest holds them: flat, floors beside the numbers. */
export function manifestScores({ scores, floor, copying }: EvaluationResult): Manifest['scores'] {
  return {
    ...scores,
    fidFloor: floor.fid,
    kidFloor: floor.kid,
    precisionFloor: floor.precision,
    recallFloor: floor.recall,
    ...(copying && {
      copyingMedianRatio: copying.medianRatio,
      copyingSmallestRatio: copying.smallestRatio,
      copyingSuspicious: copying.suspicious,
    }),
  };
}

/** Three figures: distances have the units of the features, which may be large or small. */
function figures(value: number): string {
  return Math.abs(value) < 1e-6 ? '0' : value.toPrecision(3);
}

/** For people: a table, then what made it. */
export function describeResult(result: EvaluationResult): string {
  const { scores, floor, floorOf, copying, features, data, training, cars } = result;
  const row = (name: string, value: string, real: string, meaning: string) =>
    `${name.padEnd(12)}${value.padStart(20)}${real.padStart(22)}   ${meaning}`;
  const kid = ({ kid, kidSpread }: typeof scores) => `${figures(kid)} ± ${figures(kidSpread)}`;
  const lines = [
    row('', 'cars', 'real pictures', ''),
    row('FID', figures(scores.fid), figures(floor.fid), '0 is best'),
    row('KID', kid(scores), kid(floor), '0 is best; ± over subsets'),
    row(
      'precision',
      scores.precision.toFixed(3),
      floor.precision.toFixed(3),
      'cars among real ones; read it only where KID is low',
    ),
    row('recall', scores.recall.toFixed(3), floor.recall.toFixed(3), 'how many real kinds are drawn'),
    '',
    `${cars.count} cars of model ${result.model.version} (seeds from ${cars.firstSeed}) against ${data.images} pictures of ${data.name}.`,
    floorOf === 'training' && training
      ? `Beside them ${training.images} training pictures of ${training.name} against the same ${data.images}.`
      : 'Beside them one half of the real pictures against the other.',
    ...(copying ? [describeCopying(copying)] : ['No check for copies: name the training pictures with --train.']),
    ...describeFolders(result.folders),
    `Features: ${features.name}, SHA-256 ${features.sha256}. Numbers of other features cannot be compared.`,
  ];
  return `${lines.join('\n')}\n`;
}

function describeFolders(folders: readonly FolderRecall[] = []): string[] {
  if (folders.length < 2) return [];
  const named = folders.map(
    ({ folder, pictures, recall }) => `${printable(folder || '(no folder)')} ${recall.toFixed(3)} of ${pictures}`,
  );
  return [`Recall by folder of the real pictures: ${named.join(', ')}.`];
}

function describeCopying({ medianRatio, smallestRatio, suspicious }: Omit<Copying, 'closest'>): string {
  return (
    `Copies: the nearest training picture is ${medianRatio.toFixed(2)} times as far as for held-out pictures (median), ` +
    `${smallestRatio.toFixed(2)} times at the closest; ${suspicious} cars are nearer than 0.6 times.`
  );
}

/** The closest pairs for people, in the order of `--pairs`, four in a row. */
export function describePairs({ copying }: EvaluationResult): string {
  const lines = (copying?.closest ?? []).map(({ seed, training, mirrored, name, ratio }) => {
    const photograph =
      name === undefined ? `training picture ${training}` : `${printable(name)} (training picture ${training})`;
    return `  seed ${seed}: ${ratio.toFixed(2)} times as far from ${photograph}${mirrored ? ', mirrored' : ''}`;
  });
  return `Closest pairs, in the order of the picture, four in a row:\n${lines.join('\n')}\n`;
}

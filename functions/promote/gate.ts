import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Manifest } from '../../model/bundle/manifest.ts';

/** What a new model has to be, to take the place of the current one. */
export const gateSchema = z.strictObject({
  /** The score that decides; lower is better. */
  score: z.enum(['kid', 'fid']).default('kid'),
  /**
   * By how many spreads of the score the new one has to be better: less than one is as likely chance, since another draw of
   * cars or pictures would move either score by so much.
   */
  margin: z.number().min(0).max(10).default(1),
  /** How many of the measured cars may look like copies of a training picture. */
  copies: z.int().min(0).default(5),
});

export type Gate = z.output<typeof gateSchema>;

/** Whether a model passes, and why or why not in a sentence. */
export interface Verdict {
  readonly passed: boolean;
  readonly reason: string;
}

/**
 * Compares a candidate with the current model. Scores of other features, pictures or protocols cannot be compared, and a
 * model without the score can't pass; `freshcar promote` lets either through by hand.
 */
export function judge(candidate: Manifest, current: Manifest | undefined, gate: Gate): Verdict {
  const { score, margin, copies } = gate;
  const fresh = candidate.scores[score];
  if (fresh === undefined) return no(`${candidate.version} has no score ${score}; it was not evaluated`);
  const { copyingSuspicious: copied } = candidate.scores;
  if (copied === undefined)
    return no(`${candidate.version} was not checked for copies; measure it with its training images`);
  if (!(Number.isInteger(copied) && copied >= 0))
    return no(`${candidate.version} says that ${copied} of its cars look copied`);
  if (copied > copies) return no(`${copied} cars of ${candidate.version} look copied, and ${copies} may`);
  if (current === undefined) return yes(`${candidate.version} is the first model`);
  if (!isDeepStrictEqual(measuredBy(candidate), measuredBy(current)))
    return no(
      `${candidate.version} and ${current.version} were measured with different features, pictures or protocols`,
    );
  const old = current.scores[score];
  if (old === undefined) return no(`the current model ${current.version} has no score ${score} to compare with`);
  const spread = spreadOf(score, candidate, current);
  if (margin > 0 && spread === undefined)
    return no(`nobody measured by how much ${score} moves by chance; ask for a margin of 0 to compare without`);
  const wanted = old - margin * (spread ?? 0);
  const compared = `${score} ${fresh} of ${candidate.version} against ${old} of ${current.version}`;
  return fresh < wanted || (margin === 0 && fresh <= wanted)
    ? yes(compared)
    : no(
        `${compared}, where less than ${Number(wanted.toPrecision(6))} is asked for: ${margin} times the spread of ${spread ?? 0}`,
      );
}

/** How much a score moves by chance: the larger of both models' own; undefined when one has none. */
function spreadOf(score: Gate['score'], ...models: readonly Manifest[]): number | undefined {
  const spreads = models.map(({ scores }) => scores[`${score}Spread`]);
  const known = spreads.filter((spread) => spread !== undefined && spread >= 0);
  return known.length === models.length ? Math.max(...known.map(Number)) : undefined;
}

/** What scores depend on; names of files do not matter. */
function measuredBy({ evaluation }: Manifest) {
  return evaluation && [evaluation.protocol, evaluation.features.sha256, evaluation.data.sha256];
}

const yes = (reason: string): Verdict => ({ passed: true, reason: `Let through: ${reason}.` });
const no = (reason: string): Verdict => ({ passed: false, reason: `Kept as a candidate: ${reason}.` });

import { html } from 'hono/html';
import type { PageModels } from './page-models.ts';

/** What a visitor of the game saw, and which side they took. */
export interface Guess {
  /** The seed of both cars; another round has another. */
  readonly round: number;
  readonly side?: 'left' | 'right' | undefined;
}

/**
 * A game without a script: the same number drawn by two models, and which side did the one of the larger or newer cars draw? Nothing
 * where there is one model only.
 */
export function gameHtml({ all, usual }: PageModels, { round, side }: Guess, next: number) {
  const other = all.find((model) => model !== usual);
  if (usual === undefined || other === undefined) return '';
  // Which side is which follows from the number, as the page does not remember its visitors.
  const right = isUsualRight(round) ? usual : other;
  const left = right === usual ? other : usual;
  const picture = (model: typeof usual, name: string) =>
    html`<img src="models/${model.version}/cars/${round}.png" width="256" height="256" alt="The car on the ${name}">`;
  const link = (name: 'left' | 'right') => `about?model=${usual.version}&round=${round}&side=${name}#game`;
  const isRight = (side === 'right') === (right === usual);
  const answer =
    side === undefined
      ? html`<p class="buttons"><a class="button" href="${link('left')}">The left one</a> <a class="button" href="${link('right')}">The right one</a></p>`
      : html`<p role="status">${isRight ? 'Yes.' : 'No.'} The ${right === usual ? 'right' : 'left'} one is by ${usual.version}, the other by ${other.version}.
        <a href="about?model=${usual.version}&round=${next}#game">Another pair</a></p>`;
  return html`<h2 id="game">A game</h2>
      <p>Two models drew the same number, ${round}. Which picture is by ${usual.version}?</p>
      <p class="pair">${picture(left, 'left')} ${picture(right, 'right')}</p>
      ${answer}`;
}

/** Half of all numbers, in no order that could be guessed at a glance. */
function isUsualRight(round: number): boolean {
  return Math.imul(round ^ (round >>> 15), 0x2c1b3c6d) >>> 31 === 1;
}

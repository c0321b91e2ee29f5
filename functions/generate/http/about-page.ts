import { html, raw } from 'hono/html';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { samplesName, timeLapseName } from '../../../model/bundle/samples.ts';
import { type Guess, gameHtml } from './game.ts';
import { markdownToHtml } from './markdown.ts';
import type { PageModels } from './page-models.ts';

/** The main part of the page about a model, for people: what it is, what its scores mean, whether it copies, and its card. */
export function aboutMain(
  manifest: Manifest,
  card: string | undefined,
  { models, guess, next }: { readonly models: PageModels; readonly guess: Guess; readonly next: number },
): string {
  const { version, architecture, data, files } = manifest;
  const size = architecture.imageSize;
  const base = `models/${version}/`;
  const others = models.all.filter((other) => other.version !== version);
  const learnt =
    timeLapseName in files
      ? html`<h2>How it learnt</h2>
      <p>Each row is the same numbers, drawn at a later moment of the training.</p>
      <p><img src="${base}${timeLapseName}" alt="Drawn cars that become clearer from row to row" loading="lazy"></p>`
      : '';
  const addressOf = (target: string) =>
    target === samplesName && samplesName in files ? base + samplesName : undefined;
  const main = html`<main id="main" class="about soft" tabindex="-1">
      <h1>About ${version}</h1>
      <p>
        A small neural network drew all cars of this page. It makes a picture of ${size} × ${size} pixels out of ${architecture.latentSize} random
        numbers${data ? html`, and learnt to from ${data.images} photographs of car fronts` : ''}. What it draws was never built.
      </p>
      ${others.length === 0 ? '' : html`<p>Others that draw here: ${others.map((other) => html`<a href="about?model=${other.version}">${other.version}</a> `)}</p>`}
      <h2>Its scores, and what they mean</h2>
      ${scoresHtml(manifest.scores)}
      <h2>Does it copy?</h2>
      <p>${copyingSentence(manifest.scores)}</p>
      ${learnt}
      ${gameHtml(models, guess, next)}
      <h2>Its card</h2>
      ${card === undefined ? html`<p>This model came without a card.</p>` : raw(markdownToHtml(card, addressOf))}
      <p><a href="${base.slice(0, -1)}">All of its particulars, for programs</a></p>
    </main>`;
  return String(main);
}

interface Explained {
  readonly name: string;
  readonly title: string;
  readonly meaning: string;
  /** The score that real photographs have. */
  readonly real: string;
}

const explained: readonly Explained[] = [
  {
    name: 'fid',
    title: 'FID',
    meaning: 'how far its cars as a whole are from photographs; 0 is best',
    real: 'fidFloor',
  },
  { name: 'kid', title: 'KID', meaning: 'the same, fairer with few photographs; 0 is best', real: 'kidFloor' },
  {
    name: 'precision',
    title: 'Precision',
    meaning: 'which share of its cars looks real; 1 is best',
    real: 'precisionFloor',
  },
  {
    name: 'recall',
    title: 'Recall',
    meaning: 'which share of the kinds of real cars it draws; 1 is best',
    real: 'recallFloor',
  },
];

function scoresHtml(scores: Manifest['scores']) {
  const measured = explained.filter(({ name }) => scores[name] !== undefined);
  if (measured.length === 0) return html`<p>Nobody has measured this model.</p>`;
  const rows = measured.map(({ name, title, meaning, real }) => {
    const reference = scores[real] === undefined ? '' : `; real photographs score ${rounded(scores[real])}`;
    return html`<dt>${title}</dt><dd>${rounded(scores[name])}: ${meaning}${reference}.</dd>`;
  });
  return html`<dl>${rows}</dl><p>They are measured by a network of this project and compare with no others.</p>`;
}

function copyingSentence({
  copyingMedianRatio: median,
  copyingSmallestRatio: smallest,
  copyingSuspicious: count,
}: Manifest['scores']): string {
  if (median === undefined || smallest === undefined) return 'Nobody has measured that for this model.';
  const found =
    count === undefined || count === 0
      ? 'None of its measured cars looks like a copy.'
      : `Of its measured cars, ${count} may be copies.`;
  return `${found} The photograph that it learnt from and that is nearest to one of its cars is, at the median, ${rounded(median)} times as far away as photographs are that it never saw; for the closest pair it is ${rounded(smallest)} times as far. A copy would be close to 0.`;
}

const rounded = (value: number | undefined) => String(Number((value ?? 0).toPrecision(3)));

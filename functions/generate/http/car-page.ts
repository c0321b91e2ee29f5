import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { maximumSeed } from '../../../model/latent.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { changesWithModel } from './cache.ts';
import { carName, carPageAddress, sharingHead } from './page-car.ts';
import { type Page, render } from './page-files.ts';
import { lookParts, type PageLook, type PageModel, pageAddress } from './page-models.ts';
import { lookQuery, lookString } from './parameters/look.ts';
import { seedPath } from './parameters/seeds.ts';
import { versionPath } from './parameters/version.ts';
import { modelProblems, namedModelProblems, textResponse } from './responses.ts';
import { addRoute } from './route.ts';
import { sendPage } from './send-page.ts';

/** Where the top is, seen from the page of a car. */
const root = '../../../';

/** A page for each car, that needs no script and that caches may keep. To be added after the pictures, whose addresses begin alike. */
export function addCarPage(
  app: OpenAPIHono,
  { page, model }: { readonly page: Page; readonly model: ModelRegistry },
): void {
  const route = {
    path: '/models/{version}/cars/{seed}',
    summary: 'A page of one car',
    tag: 'Page',
    params: versionPath.extend(seedPath.shape),
    query: lookQuery.omit({ size: true }),
    responses: { ...textResponse('The page', 'text/html'), ...modelProblems, ...namedModelProblems },
  } as const;
  addRoute(app, route, async ({ params, query, context }) => {
    const { seed, version } = params;
    const imageSize = await model.use(async ({ engine }) => engine.imageSize, version);
    const shown = { version, imageSize, current: false };
    const look = { ...query, seed };
    const { origin } = new URL(context.req.url);
    const shared = {
      root: '../../../',
      about: `about?model=${version}`,
      morph: `morph?model=${version}`,
      wall: `wall?model=${version}`,
      find: `find?model=${version}`,
      title: carName(look),
      icon: `../../../models/${version}/cars/${seed}.png`,
      head: sharingHead(look, { all: [], usual: undefined, shown }, origin),
    };
    const rendered = render(page, { main: carMain(look, shown) }, shared);
    return sendPage(context, rendered, { 'Cache-Control': changesWithModel });
  });
}

/** The main part of the page of one car: the picture, what it is, and the ways on from it. */
function carMain(look: PageLook, model: PageModel): string {
  const { seed, truncation } = look;
  const name = carName(look);
  const picture = `${root}models/${model.version}/cars/${seed}.png`;
  const query = lookString(lookParts(look));
  const explorer = root + pageAddress(look, model).slice(2);
  const neighbour = (step: 1 | -1) => (seed + step + maximumSeed + 1) % (maximumSeed + 1);
  const pageOf = (other: number) => root + carPageAddress({ seed: other, truncation }, model);
  const main = html`<main id="main" class="explorer soft" tabindex="-1" data-size="${model.imageSize ?? ''}">
      <section class="stage" aria-labelledby="title">
        <div class="frame">
          <img src="${picture}${query}" width="512" height="512" alt="${name}, a car front that was never built">
        </div>
        <div class="actions">
          <a class="button primary" href="${explorer}">Explore from here</a>
          <a class="button" href="${picture}${lookString({ size: 512, ...lookParts(look) })}" download="car-${seed}.png">Download</a>
        </div>
        <div class="facts">
          <h1 id="title">${name} does not exist.</h1>
          <p>A small neural network drew it out of its number. It is at this address as long as the model ${model.version} is served.</p>
          <dl>
            <dt>Number</dt><dd>${seed}</dd>
            <dt>Model</dt><dd>${model.version}, ${model.imageSize} × ${model.imageSize} pixels</dd>
            <dt>Strangeness</dt><dd>${truncation === 1 ? 'as trained' : `${truncation} times as trained`}</dd>
          </dl>
          <p><a rel="prev" href="${pageOf(neighbour(-1))}">Car ${neighbour(-1)}</a> · <a rel="next" href="${pageOf(neighbour(1))}">Car ${neighbour(1)}</a></p>
        </div>
      </section>
    </main>`;
  return String(main);
}

import type { Context } from 'hono';
import { setMetric } from 'hono/timing';
import type { Meter } from '../meter.ts';
import type { ServedModel } from '../models/served-model.ts';
import { changesWithModel, etagOf, matchesEtag, neverChanges, neverStored } from './cache.ts';
import type { Picture } from './pictures.ts';

export interface AnswerOptions {
  readonly served: ServedModel;
  /** The model's version where the address names it, so that what is found there never changes. */
  readonly version: string | undefined;
  readonly meter: Meter;
}

/** Draws a picture and sends it, unless the caller has it already. */
export async function answerPicture(context: Context, picture: Picture, options: AnswerOptions): Promise<Response> {
  const headers = pictureHeaders(picture, options);
  if (headers.ETag !== undefined && matchesEtag(context.req.header('If-None-Match'), headers.ETag))
    return new Response(null, { status: 304, headers });
  const start = performance.now();
  const cars = await picture.draw();
  const drawn = performance.now();
  const png = picture.encode(cars);
  const end = performance.now();
  setMetric(context, 'draw', drawn - start);
  setMetric(context, 'encode', end - drawn);
  options.meter('Cars', picture.cars);
  options.meter('GenerateTime', end - start);
  return new Response(png as Uint8Array<ArrayBuffer>, { headers: { 'Content-Type': 'image/png', ...headers } });
}

function pictureHeaders(picture: Picture, { served, version }: AnswerOptions): Record<string, string> {
  const about = { 'X-Car-Seed': String(picture.seed), 'X-Model-Version': served.manifest.version };
  if (picture.fresh) {
    const base = version === undefined ? '/' : `/models/${version}/`;
    // "bookmark" is the registered relation for a permanent link.
    return { ...about, 'Cache-Control': neverStored, Link: `<${base}${picture.address}>; rel="bookmark"` };
  }
  const caching = version === undefined ? changesWithModel : neverChanges;
  return { ...about, 'Cache-Control': caching, ETag: etagOf(served, picture.key) };
}

import type { Context } from 'hono';
import { setMetric } from 'hono/timing';
import type { Meter } from '../meter.ts';
import type { ServedModel } from '../models/served-model.ts';
import { changesWithModel, etagOf, matchesEtag, neverChanges, neverStored } from './cache.ts';
import { pictureWork } from './draw-picture.ts';
import type { Picture } from './pictures.ts';
import { publicAddress } from './public-address.ts';
import { signalOf } from './time-limit.ts';
import type { WorkQueue } from './work-queue.ts';

export interface AnswerOptions {
  readonly served: ServedModel;
  /** The model's version where the address names it, so that what is found there never changes. */
  readonly version: string | undefined;
  readonly queue: WorkQueue;
  readonly meter: Meter;
}

/** Draws a picture and sends it, unless the caller has it already or asks for the headers alone. */
export async function answerPicture(context: Context, picture: Picture, options: AnswerOptions): Promise<Response> {
  const headers = pictureHeaders(context, picture, options);
  if (headers.ETag !== undefined && matchesEtag(context.req.header('If-None-Match'), headers.ETag))
    return new Response(null, { status: 304, headers });
  const imageHeaders = { 'Content-Type': 'image/png', ...headers };
  if (context.req.method === 'HEAD') return new Response(null, { headers: imageHeaders });
  const work = pictureWork(options.served.engine, picture);
  const { png, drawing, encoding } = await options.queue.run(work, signalOf(context));
  setMetric(context, 'draw', drawing);
  setMetric(context, 'encode', encoding);
  options.meter('Cars', picture.cars);
  options.meter('GenerateTime', drawing + encoding);
  return new Response(png as Uint8Array<ArrayBuffer>, { headers: imageHeaders });
}

function pictureHeaders(
  context: Context,
  picture: Picture,
  { served, version }: AnswerOptions,
): Record<string, string> {
  const about = { 'X-Car-Seed': String(picture.seed), 'X-Model-Version': served.manifest.version };
  if (picture.fresh) {
    const base = publicAddress(context) + (version === undefined ? '/' : `/models/${version}/`);
    // "bookmark" is the registered relation for a permanent link.
    return { ...about, 'Cache-Control': neverStored, Link: `<${base}${picture.address}>; rel="bookmark"` };
  }
  const caching = version === undefined ? changesWithModel : neverChanges;
  return { ...about, 'Cache-Control': caching, ETag: etagOf(served, picture.key) };
}

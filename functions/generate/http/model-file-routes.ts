import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { onnxName } from '../../../model/bundle/manifest.ts';
import { samplesName, timeLapseName } from '../../../model/bundle/samples.ts';
import { directionsSchema } from '../../../model/directions/directions.ts';
import { FreshcarError } from '../../../model/errors.ts';
import { indexName } from '../../../model/likeness/car-index.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { neverChanges } from './cache.ts';
import { wholeNumber } from './parameters/numbers.ts';
import { nothing } from './parameters/queries.ts';
import { versionPath } from './parameters/version.ts';
import { ParameterError } from './problem.ts';
import { binaryResponse, jsonResponse, modelProblems, namedModelProblems } from './responses.ts';
import { addRoute } from './route.ts';

/** A Lambda function may answer with 6 MB, and what is no text takes a third more there. */
const partBytes = 4 * 2 ** 20;

const partQuery = z.object({
  part: wholeNumber(0, 99)
    .default(0)
    .openapi({
      param: { name: 'part', in: 'query', required: false },
      type: 'integer',
      minimum: 0,
      maximum: 99,
      default: 0,
      description: 'Which part of the file, from 0; the header `X-Parts` says how many there are.',
    }),
});

function addDirections(app: OpenAPIHono, model: ModelRegistry): void {
  const route = {
    path: '/models/{version}/directions',
    summary: 'What can be changed about its cars, each thing by itself, and how purely',
    tag: 'Models',
    params: versionPath,
    query: nothing,
    responses: { ...modelProblems, ...namedModelProblems, ...jsonResponse('The directions', directionsSchema) },
  } as const;
  addRoute(app, route, async ({ params, context }) =>
    model.use(async ({ manifest, directions }) => {
      if (directions) return context.json(directions, 200, { 'Cache-Control': neverChanges });
      throw new FreshcarError('not-found', `The model ${manifest.version} has no directions.`);
    }, params.version),
  );
}

/** Pictures that a bundle may have beside the network. */
const pictureNames = [samplesName, timeLapseName];

function addPictureFiles(app: OpenAPIHono, model: ModelRegistry): void {
  for (const name of pictureNames) {
    const route = {
      path: `/models/{version}/${name}`,
      summary:
        name === samplesName
          ? 'Cars that the model drew when it was made'
          : 'How the model learnt, where its bundle has that',
      tag: 'Models',
      params: versionPath,
      query: nothing,
      responses: { ...modelProblems, ...binaryResponse('The picture') },
    } as const;
    addRoute(app, route, async ({ params, context }) => {
      const bytes = await model.use(async ({ manifest, readFile }) => {
        if (readFile && name in manifest.files) return readFile(name);
        throw new FreshcarError('not-found', `The model ${manifest.version} has no ${name}.`);
      }, params.version);
      const headers = { 'Content-Type': 'image/png', 'Cache-Control': neverChanges };
      return context.body(new Uint8Array(bytes), 200, headers);
    });
  }
}

/** What a browser finds cars by that look like a picture; small enough for one answer. */
function addIndex(app: OpenAPIHono, model: ModelRegistry): void {
  const route = {
    path: `/models/{version}/${indexName}`,
    summary: 'What some of its cars look like, to find one by a picture; where its bundle has that',
    tag: 'Models',
    params: versionPath,
    query: nothing,
    responses: { ...modelProblems, ...binaryResponse('The index') },
  } as const;
  addRoute(app, route, async ({ params, context }) => {
    const bytes = await model.use(async ({ manifest, readFile }) => {
      if (readFile && indexName in manifest.files) return readFile(indexName);
      throw new FreshcarError('not-found', `The model ${manifest.version} has no index.`);
    }, params.version);
    const headers = { 'Content-Type': 'application/octet-stream', 'Cache-Control': neverChanges };
    return context.body(new Uint8Array(bytes), 200, headers);
  });
}

/** The files of a model that a browser needs to draw by itself. */
export function addModelFileRoutes(app: OpenAPIHono, model: ModelRegistry): void {
  addPictureFiles(app, model);
  addDirections(app, model);
  addIndex(app, model);
  const route = {
    path: `/models/{version}/${onnxName}`,
    summary: 'The network itself, in ONNX, in parts of 4 MB',
    tag: 'Models',
    params: versionPath,
    query: partQuery,
    responses: { ...modelProblems, ...binaryResponse('The part') },
  } as const;
  addRoute(app, route, async ({ params, query, context }) => {
    const bytes = await model.use(async ({ manifest, readFile }) => {
      if (readFile) return readFile(onnxName);
      throw new FreshcarError('not-found', `The files of ${manifest.version} cannot be had here.`);
    }, params.version);
    const parts = Math.ceil(bytes.length / partBytes);
    if (query.part >= parts) throw new ParameterError('part', `part must be at most ${parts - 1}.`);
    const part = bytes.subarray(query.part * partBytes, (query.part + 1) * partBytes);
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Cache-Control': neverChanges,
      'X-Parts': String(parts),
    };
    return context.body(new Uint8Array(part), 200, headers);
  });
}

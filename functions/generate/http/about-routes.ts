import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ModelRegistry } from '../models/model-registry.ts';
import type { ServedModel } from '../models/served-model.ts';
import { neverStored } from './cache.ts';
import { nothing } from './parameters/queries.ts';
import { sizeRange } from './parameters/size.ts';
import { versionPath } from './parameters/version.ts';
import { jsonResponse, modelProblems, namedModelProblems } from './responses.ts';
import { addRoute } from './route.ts';

const modelSchema = z
  .object({
    version: z.string().openapi({ example: 'fronts-32' }),
    engine: z.string().openapi({ example: 'onnx' }),
    latentSize: z.int().openapi({ description: 'How many normal numbers make one car.', example: 100 }),
    imageSize: z.int().openapi({ description: 'Width and height of a car in pixels.', example: 32 }),
    sizes: z.array(z.int()).openapi({ description: 'What `size` can be.', example: [32, 64, 96] }),
    latent: z
      .object({ scales: z.array(z.number()), spreads: z.array(z.number()) })
      .optional()
      .openapi({
        description: 'How far apart its cars are at some scales of the latent vectors; `truncation` follows it.',
      }),
    data: z.record(z.string(), z.unknown()).optional(),
    recipe: z.record(z.string(), z.unknown()).optional(),
    scores: z.record(z.string(), z.number()),
    code: z.object({ name: z.string(), version: z.string() }),
  })
  .openapi('Model');

const healthSchema = z
  .object({
    status: z.enum(['ok', 'fallback']).openapi({
      description:
        '`fallback` where the version that is to serve cannot be loaded, and the one before it serves instead.',
    }),
    version: z.string().openapi({ description: 'The version that serves.', example: 'fronts-32' }),
    wanted: z.string().optional().openapi({ description: 'The version that is to serve, where it cannot be loaded.' }),
  })
  .openapi('Health');

const choicesSchema = z
  .object({
    models: z.array(
      z.object({
        version: z.string().openapi({ example: 'fronts-32' }),
        imageSize: z.int().openapi({ description: 'Width and height of a car in pixels.', example: 32 }),
        current: z.boolean().openapi({ description: 'Whether it draws where an address names no model.' }),
      }),
    ),
  })
  .openapi('Models');

const headers = { 'Cache-Control': neverStored };

/** What is being served, and whether it can serve. */
export function addAboutRoutes(app: OpenAPIHono, model: ModelRegistry): void {
  const responses = { ...jsonResponse('The model', modelSchema), ...modelProblems };
  const answer = (context: Context, version?: string) =>
    model.use(async (served) => context.json(describeModel(served), 200, headers), version);
  addRoute(
    app,
    { path: '/model', summary: 'The current model', tag: 'Models', params: nothing, query: nothing, responses },
    ({ context }) => answer(context),
  );
  addRoute(
    app,
    {
      path: '/models',
      summary: 'The models to choose from: the current one, then its alternates',
      tag: 'Models',
      params: nothing,
      query: nothing,
      responses: { ...jsonResponse('The models', choicesSchema), ...modelProblems },
    },
    async ({ context }) => context.json({ models: [...(await model.list())] }, 200, headers),
  );
  addRoute(
    app,
    {
      path: '/models/{version}',
      summary: 'A model by its version',
      tag: 'Models',
      params: versionPath,
      query: nothing,
      responses: { ...responses, ...namedModelProblems },
    },
    ({ context, params }) => answer(context, params.version),
  );
  addRoute(
    app,
    {
      path: '/health',
      summary: 'Whether it can serve',
      tag: 'Service',
      params: nothing,
      query: nothing,
      responses: { ...jsonResponse('It can', healthSchema), ...modelProblems },
    },
    ({ context }) =>
      model.use(async ({ manifest: { version } }) => {
        const { wanted } = model;
        return context.json(wanted ? { status: 'fallback', version, wanted } : { status: 'ok', version }, 200, headers);
      }),
  );
}

function describeModel({ manifest, engine }: ServedModel): z.input<typeof modelSchema> {
  const { version, latent, data, recipe, scores, code } = manifest;
  const { imageSize, latentSize } = engine;
  const largest = Math.floor(sizeRange.maximum / imageSize);
  const sizes = Array.from({ length: largest }, (_, index) => (index + 1) * imageSize);
  return { version, engine: engine.name, latentSize, imageSize, sizes, latent, data, recipe, scores, code };
}

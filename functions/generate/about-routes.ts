import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { neverStored } from './cache.ts';
import type { ModelKeeper } from './model-keeper.ts';
import { nothing, sizeRange } from './parameters.ts';
import { addRoute, methodNotAllowed } from './route.ts';
import type { ServedModel } from './served-model.ts';

const modelSchema = z
  .object({
    version: z.string().openapi({ example: 'fronts-32' }),
    engine: z.string().openapi({ example: 'onnx' }),
    latentSize: z.int().openapi({ description: 'How many normal numbers make one car.', example: 100 }),
    imageSize: z.int().openapi({ description: 'Width and height of a car in pixels.', example: 32 }),
    sizes: z.array(z.int()).openapi({ description: 'What `size` can be.', example: [32, 64, 96] }),
    data: z.record(z.string(), z.unknown()).optional(),
    recipe: z.record(z.string(), z.unknown()).optional(),
    scores: z.record(z.string(), z.number()),
    code: z.object({ name: z.string(), version: z.string() }),
  })
  .openapi('Model');

const healthSchema = z
  .object({ status: z.literal('ok'), version: z.string().openapi({ example: 'fronts-32' }) })
  .openapi('Health');

const json = (description: string, schema: z.ZodType) => ({
  200: { description, content: { 'application/json': { schema } } },
});

/** What is being served, whether it can serve, and the description of it all. */
export function addAboutRoutes(app: OpenAPIHono, model: ModelKeeper): void {
  const route = { params: nothing, query: nothing };
  const headers = { 'Cache-Control': neverStored };
  addRoute(
    app,
    { ...route, path: '/model', summary: 'What is being served', responses: json('The model', modelSchema) },
    ({ context }) => model.use(async (served) => context.json(describeModel(served), 200, headers)),
  );
  addRoute(
    app,
    { ...route, path: '/health', summary: 'Whether it can serve', responses: json('It can', healthSchema) },
    ({ context }) =>
      model.use(async ({ manifest }) => context.json({ status: 'ok', version: manifest.version }, 200, headers)),
  );
  const info = { title: 'freshcar', version: '1', description: 'Pictures of cars that do not exist.' };
  app.get('/openapi.json', (context) => context.json(app.getOpenAPI31Document({ openapi: '3.1.0', info })));
  app.all('/openapi.json', methodNotAllowed);
}

function describeModel({ manifest, engine }: ServedModel): z.input<typeof modelSchema> {
  const { version, data, recipe, scores, code } = manifest;
  const { imageSize, latentSize } = engine;
  const largest = Math.floor(sizeRange.maximum / imageSize);
  const sizes = Array.from({ length: largest }, (_, index) => (index + 1) * imageSize);
  return { version, engine: engine.name, latentSize, imageSize, sizes, data, recipe, scores, code };
}

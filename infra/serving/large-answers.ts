import type { Settings } from '../context.ts';

/** What a route answers with that costs more than a car, or the page: each kind is as large as its largest. */
export type LargeAnswer = 'sheet' | 'morph' | 'network' | 'asset';

interface LargeRoute {
  readonly path: string;
  readonly answer: LargeAnswer;
  /** Of the requests that the service takes, what this route may be. */
  readonly share: number;
}

/** Of all requests, what large pictures may be together; and files of megabytes, with which a browser draws by itself. */
const shares = { pictures: 0.1, files: 0.02 } as const;

const pictures = ['', '/models/{version}'].flatMap((model) => [
  { path: `${model}/sheet.png`, answer: 'sheet' as const },
  { path: `${model}/morph.png`, answer: 'morph' as const },
]);
const files = [
  { path: '/models/{version}/generator.onnx', answer: 'network' as const },
  { path: '/assets/{name}', answer: 'asset' as const },
];

const shared = (routes: readonly Omit<LargeRoute, 'share'>[], all: number): LargeRoute[] =>
  routes.map((route) => ({ ...route, share: all / routes.length }));

/** Every route that the API throttles by itself; the service's own table of routes is functions/generate/lambda/admission.ts. */
export const largeRoutes: readonly LargeRoute[] = [
  ...shared(pictures, shares.pictures),
  ...shared(files, shares.files),
];

/** What such a route lets through: requests a second, a share of a whole one too, and a tenth of the others at once. */
export function largeThrottle(
  { throttleRate, throttleBurst }: Pick<Settings, 'throttleRate' | 'throttleBurst'>,
  { share }: LargeRoute,
) {
  return { rate: throttleRate * share, burst: Math.max(1, Math.round(throttleBurst * shares.pictures)) };
}

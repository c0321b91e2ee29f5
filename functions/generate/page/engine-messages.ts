/** What the page asks of the worker that draws. */
export type EngineRequest =
  | {
      readonly id: number;
      readonly kind: 'load';
      /** The path of the model, such as `/models/fronts-64-3/`. */
      readonly base: string;
      readonly latentSize: number;
    }
  | { readonly id: number; readonly kind: 'draw'; readonly latents: Float32Array };

/** What it answers: the cars of a drawing, nothing after loading, or why it could not. */
export interface EngineAnswer {
  readonly id: number;
  readonly cars?: Uint8Array;
  readonly error?: string;
}

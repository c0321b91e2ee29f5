import type { BulkPlan } from '../../model/bulk/plan.ts';
import type { Engine } from '../../model/engine/engine.ts';

type Wanted = Pick<BulkPlan['model'], 'version' | 'sha256'>;

/**
 * Keeps the model of the last shard loaded for the next one. It goes by version and graph: models of one graph may differ in
 * how their latent vectors spread, and so in what a truncation means.
 *
 * A model is disposed of before another is loaded: AWS sends an instance of a function one event at a time, so nobody draws
 * with the old one, and both need not fit into memory.
 */
export function keepEngine(load: (model: Wanted) => Promise<Engine>): (model: Wanted) => Promise<Engine> {
  let kept: (Wanted & { readonly engine: Promise<Engine> }) | undefined;

  const replace = async (old: Promise<Engine> | undefined, model: Wanted): Promise<Engine> => {
    // Whoever asked for the old one was told why it could not be loaded.
    await old?.then((engine) => engine.dispose()).catch(() => undefined);
    return load(model);
  };

  return ({ version, sha256 }) => {
    if (kept?.version === version && kept.sha256 === sha256) return kept.engine;
    const engine = replace(kept?.engine, { version, sha256 });
    kept = { version, sha256, engine };
    engine.catch(() => {
      if (kept?.engine === engine) kept = undefined;
    });
    return engine;
  };
}

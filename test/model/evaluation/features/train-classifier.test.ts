import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accuracy } from '../../../../model/evaluation/features/classifier-step.ts';
import { trainClassifier } from '../../../../model/evaluation/features/train-classifier.ts';
import { native } from '../../../support/tensorflow.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

/** Forty pictures of two classes: dark above, or dark below. */
const labels = Uint8Array.from({ length: 40 }, (_, index) => index % 2);
const images = Uint8Array.from({ length: 40 * 3072 }, (_, at) => {
  const upper = at % 3072 < 1536;
  const below = labels[Math.floor(at / 3072)] === 1;
  return (upper === below ? 200 : 60) + (at % 31);
});
const pictures = { images, labels };

const title = native ? 'trainClassifier' : 'trainClassifier (skipped: plain JavaScript takes minutes)';
describe.skipIf(!native)(title, () => {
  const training = { pictures, steps: 4, batchSize: 16, seed: 3 };

  it('learns to tell the classes apart', async () => {
    const losses: number[] = [];
    const checkpoint = join(await temporaryFolder(), 'state');
    const { weights } = await trainClassifier({
      ...training,
      steps: 50,
      checkpoint,
      report: (_, loss) => losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(0.3);
    expect(accuracy(weights, pictures)).toBeGreaterThan(0.9);
  });

  it('gives the same weights to the bit each time, and reads back exactly what it saved', async () => {
    const folder = await temporaryFolder();
    const run = (name: string) =>
      trainClassifier({ ...training, checkpoint: join(folder, name), report: () => undefined });
    const once = await run('once');
    // Ends at once, since the checkpoint has all its steps.
    const again = await run('once');
    expect(again.step).toBe(4);
    expect(again.weights).toEqual(once.weights);
    expect(again.random.state()).toEqual(once.random.state());
    expect(again.optimizer).toEqual(once.optimizer);
    expect((await run('other')).weights).toEqual(once.weights);
  });
});

import { expect, it } from 'vitest';
import { openMlFolder } from '../../../model/container/ml-folder.ts';
import { mlRoot } from './ml-root.ts';

it("takes hyperparameters as the console writes them, and as SageMaker's SDK does, each in JSON once more", async () => {
  const root = await mlRoot({ epochs: '4', preset: '"fresh"', loss: '\\"', mirror: '"true"', sagemaker_region: '"x"' });
  expect(await openMlFolder(root).hyperparameters()).toEqual({
    epochs: '4',
    preset: 'fresh',
    loss: '\\"',
    mirror: 'true',
  });
});

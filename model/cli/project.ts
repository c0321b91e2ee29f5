import { type Command, InvalidArgumentError } from 'commander';
import { parseCrop } from '../dataset/prepare/crop.ts';
import { FreshcarError } from '../errors.ts';
import { maximumSeed } from '../latent.ts';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import type { ProjectFlags } from './run-project.ts';

const examples = `
The photograph is to show the front of a car and little else, as those do that the model learnt from; --crop cuts it out.

Examples:
  $ freshcar project photo.jpg --out found.png
  $ freshcar project photo.jpg --model bundles/mine --crop 120,80,600,600 --rounds 100 --out found.png --latent found.json
`;

export function projectCommand(program: Command, terminal: Terminal): void {
  program
    .command('project')
    .description('find the car of a model that is nearest to a photograph')
    .argument('<photo>', 'a JPEG, PNG or WebP')
    .requiredOption('--out <file>', 'where a PNG goes: the photograph, the nearest seed’s car, and the refined one')
    .option('--model <folder>', 'a bundle, a run folder or a store (the shipped model)')
    .option(
      '--crop <box>',
      'center: the square in its middle; none: all of it; or LEFT,TOP,WIDTH,HEIGHT',
      crop,
      'center',
    )
    .option('--seeds <number>', 'how many seeds are told', parseInteger(1, 100), 5)
    .option('--rounds <number>', 'how often the found car is refined; 0 leaves it', parseInteger(0, 10_000), 40)
    .option('--children <number>', 'how many cars each round draws', parseInteger(1, 1000), 24)
    .option('--seed <number>', 'the randomness of the refining', parseInteger(0, maximumSeed), 1)
    .option('--scale <factor>', 'how much larger each pixel is drawn', parseInteger(1, 32), 4)
    .option('--latent <file>', 'where the refined latent vector goes, as JSON')
    .addHelpText('after', examples)
    .action(async (photo: string, flags: ProjectFlags) => {
      const { runProject } = await import('./run-project.ts');
      await runProject(photo, flags, terminal);
    });
}

/** Photographs have no boxes here. */
function crop(text: string) {
  try {
    const parsed = parseCrop(text);
    if (parsed !== 'box') return parsed;
  } catch (error) {
    if (!(error instanceof FreshcarError)) throw error;
  }
  throw new InvalidArgumentError('A crop is center, none or LEFT,TOP,WIDTH,HEIGHT.');
}

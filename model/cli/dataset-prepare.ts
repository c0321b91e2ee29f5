import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseCrop } from '../dataset/prepare/crop.ts';
import { parseUnreadableLimit } from '../dataset/prepare/unreadable-limit.ts';
import { duplicateKinds, layouts, splits } from '../dataset/sources/selection.ts';
import { FreshcarError } from '../errors.ts';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import { commandGroup } from './command-group.ts';
import type { PrepareFlags } from './run-preparing.ts';

const examples = `
Examples:
  $ freshcar dataset prepare photos --out cars.npy
  $ freshcar dataset prepare photos --out cars-64.npy --size 64 --crop center --drop-duplicates near
  $ freshcar dataset prepare sv_data --out fronts.npy --only white,silver      CompCars, by colour
  $ freshcar dataset prepare stanford_cars --out cars.npy --split train       Stanford Cars, cut to its boxes
  $ freshcar dataset prepare all-views --out views.npy --without held-out.npy
  $ freshcar dataset prepare cifar-10-batches-bin --out cars.npy --only automobile

Beside cars.npy it writes cars.json, where the pictures are from and what was left out, and cars.png, a contact sheet.
Ctrl-C stops it and leaves nothing half written.
`;

export function datasetPrepareCommand(program: Command, terminal: Terminal): void {
  commandGroup(program, 'dataset', 'turn photographs into what training reads')
    .command('prepare')
    .description('pack photographs into one .npy of uint8 pictures')
    .argument('<photos>', 'the folder: photographs in any folders below, CompCars, Stanford Cars, or CIFAR-10 (binary)')
    .requiredOption('--out <file>', 'where the .npy goes; its .json and contact sheet go beside it')
    .option('--size <pixels>', 'pixels each way of every packed picture', parseInteger(8, 1024), 32)
    .addOption(
      new Option('--layout <name>', 'how the folder is laid out; auto looks for the files that tell')
        .choices(layouts)
        .default('auto'),
    )
    .addOption(
      new Option('--split <name>', 'the half of CompCars, Stanford Cars or CIFAR-10 to take')
        .choices(splits)
        .default('all'),
    )
    .option('--only <names>', 'colours of CompCars or classes of CIFAR-10, comma between (all)', parseNames)
    .option(
      '--crop <part>',
      'what is kept: none (all, squeezed to a square), center (the largest square), box (where the source says the car ' +
        'is), or LEFT,TOP,WIDTH,HEIGHT in pixels (box where there are boxes, else none)',
      asArgument(parseCrop),
    )
    .addOption(
      new Option(
        '--drop-duplicates <kind>',
        'leave out pictures that are the same as an earlier one: to the pixel, or nearly, by a perceptual hash',
      ).choices(duplicateKinds),
    )
    .option(
      '--without <file>',
      'leave out pictures that are nearly, or mirrored, in this packed .npy, such as those held back for measuring',
    )
    .option(
      '--max-unreadable <limit>',
      'stop when more than this many pictures, or this share (5%), cannot be read (100 or 10%, whichever is more)',
      asArgument(parseUnreadableLimit),
    )
    .option('--threads <number>', 'threads that decode and resize', parseInteger(1, 256), availableParallelism())
    .addHelpText('after', examples)
    .action(async (photos: string, flags: PrepareFlags) => {
      const { runPreparing } = await import('./run-preparing.ts');
      await runPreparing(photos, flags, terminal);
    });
}

function parseNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Has commander say which option was wrong. */
function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (cause) {
      if (cause instanceof FreshcarError) throw new InvalidArgumentError(cause.message);
      throw cause;
    }
  };
}

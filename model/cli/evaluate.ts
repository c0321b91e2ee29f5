import { type Command, Option } from 'commander';
import { FreshcarError } from '../errors.ts';
import type { EvaluateFlags } from '../evaluation/run-evaluation.ts';
import { maximumSeed } from '../latent.ts';
import { parseInteger, parseNumber } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';

const examples = `
Without --count, --seed and --truncation the cars are those of the protocol, and results can be compared.

A file of features is an ONNX graph with one float32 input, [count, size, size, 3] or [count, 3, size, size], whose first
output has a row of numbers for each picture; pictures are resized to its size by area averaging. The shipped one is small
and trained on CIFAR-10: its numbers cannot be compared with those of Inception.

Examples:
  $ freshcar evaluate --data held-out.npy
  $ freshcar evaluate --model runs/first --data held-out.npy --train train.npy --pairs closest.png --json scores.json
  $ freshcar evaluate --model bundle --data held-out.npy --train train.npy --save
  $ freshcar evaluate --data held-out.npy --features inception.onnx --range -1..1
`;

export function evaluateCommand(program: Command, terminal: Terminal): void {
  program
    .command('evaluate')
    .description('measure how real and how varied the cars of a model are, and whether they are copies')
    .option('--model <folder>', 'a bundle, a run folder or a store (the shipped model)')
    .requiredOption('--data <file>', 'a packed .npy of real pictures that the model was not trained on')
    .option('--train <file>', 'the .npy that it was trained on: checks for copies')
    .option('--features <file>', 'an ONNX graph that gives features (the shipped one)')
    .addOption(
      new Option('--range <range>', 'what that graph wants black and white to be')
        .choices(['0..255', '0..1', '-1..1'])
        .default('0..255'),
    )
    .option('--count <number>', 'how many cars', parseInteger(16, 100_000), 2048)
    .option(
      '--seed <number>',
      'the first car; the next ones are seed + 1, seed + 2, ...',
      parseInteger(0, maximumSeed),
      0,
    )
    .option('--truncation <number>', 'under 1: more usual cars, above: stranger ones', parseNumber(0.01, 1.5), 1)
    .option('--json <file>', 'where the numbers go, for programs')
    .option(
      '--pairs <file>',
      'a PNG of the twelve cars nearest to training pictures, each beside its own; wants --train',
    )
    .option('--save', "write the scores into the bundle's manifest")
    .addHelpText('after', examples)
    .action(async (flags: EvaluateFlags) => {
      if (flags.pairs !== undefined && flags.train === undefined)
        throw new FreshcarError('invalid-input', '--pairs shows training pictures: name them with --train.');
      const { runEvaluation } = await import('../evaluation/run-evaluation.ts');
      await runEvaluation(flags, terminal);
    });
}

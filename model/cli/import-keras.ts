import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import type { BundleFlags } from './bundle-flags.ts';

const examples = `
Examples:
  $ freshcar import-keras model_gen.h5 --out bundle
  $ freshcar import-keras model_gen.h5 --out bundle --version student-1 --card card.md

The file is what model.save('model_gen.h5') of Keras wrote of a generator: sequential or functional in one line, models inside it too, with or without
dropout, biases and normalisation before the activations. A bundle can be served (npm start --
--model bundle), drawn from, and trained further (freshcar train --from bundle).
`;

export function importKerasCommand(program: Command, terminal: Terminal): void {
  program
    .command('import-keras')
    .description('make a bundle of a generator that Keras saved')
    .argument('<file>', 'the .h5 file')
    .requiredOption('--out <folder>', 'the new bundle')
    .option('--version <name>', "the model's version: a-z, 0-9, dots and hyphens (made of the file)")
    .option('--card <file>', 'the model card: what it is, its data and terms, what it is good for')
    .option('--replace', 'take the place of a bundle that is there')
    .addHelpText('after', examples)
    .action(async (file: string, flags: BundleFlags) => {
      const { runImportKeras } = await import('./run-import-keras.ts');
      await runImportKeras(file, flags, terminal);
    });
}

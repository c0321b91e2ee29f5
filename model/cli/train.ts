import type { Command } from 'commander';
import { Option } from 'commander';
import { parseInteger, parseNumber } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import { presets, usualPreset } from '../training/config.ts';
import type { TrainFlags } from '../training/resolve-run.ts';
import { usualOptions } from '../training/run/run-options.ts';
import { defaultOf, settings } from '../training/settings.ts';

const examples = `
Examples:
  $ freshcar train --data cars.npy --out runs/first
  $ freshcar train --data train.npy --held-out held-out.npy --out runs/first
  $ freshcar train --out runs/first --resume --hours 3
  $ freshcar train --data cars.npy --out runs/seed --preset seed --epochs 100
  $ freshcar train --data cars.npy --out runs/wide --config wide.json --channels 192
  $ freshcar train --data fronts.npy --out runs/fronts --from runs/cars
  $ freshcar train --data fronts-64.npy --out runs/large --from runs/fronts --image-size 64      grown, twice the size
  $ freshcar train --data fronts-128.npy --out runs/largest --from runs/large --image-size 128 --last-channels 64,32
  $ freshcar train --data fronts.npy --out runs/second --from runs/fronts --discriminator projected --features efficientnet-lite0.safetensors

Ctrl-C, or closing the terminal, saves a checkpoint before it leaves; --resume goes on from there as if nothing had happened.
`;

export function trainCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('train')
    .description('train a generator on packed photographs')
    .option('--data <file>', 'the .npy that freshcar dataset prepare made; a resumed run knows its own')
    .requiredOption('--out <folder>', 'the run folder: configuration, checkpoints, sheets, curves, and the bundle')
    .option(
      '--held-out <file>',
      'a .npy that it is not trained on: scores each snapshot, and says which is the best so far',
    )
    .option('--resume', 'go on where the run in that folder stopped, as it was asked for then')
    .addOption(
      new Option(
        '--preset <name>',
        `where the settings start: the seed's recipe, or the best one found (${usualPreset})`,
      ).choices(Object.keys(presets)),
    )
    .option('--config <file>', 'a JSON file of settings, over the preset; a run folder keeps one')
    .option('--from <folder>', "start from a run's networks or a bundle's generator instead of fresh weights")
    .option('--features <file>', 'the frozen network of --discriminator projected, which outside-features made')
    .option(
      '--hours <number>',
      'stop after so many hours of training, instead of steps or epochs',
      parseNumber(0.001, 10_000),
    )
    .option('--stop-on-divergence', 'stop when the discriminator always wins; broken numbers stop a run in any case')
    .option(
      '--checkpoint-every <steps>',
      `steps between two checkpoints (${usualOptions.checkpointEvery})`,
      parseInteger(1, 1e9),
    )
    .option(
      '--sheet-every <steps>',
      `steps between two sheets of sample cars (${usualOptions.sheetEvery})`,
      parseInteger(1, 1e9),
    )
    .option(
      '--snapshot-every <steps>',
      `steps between two generators that are kept to be compared and exported; 0 keeps none (${usualOptions.snapshotEvery})`,
      parseInteger(0, 1e9),
    )
    .option('--report-every <steps>', `steps between two reports (${usualOptions.reportEvery})`, parseInteger(1, 1e9))
    .addHelpText('after', examples);
  for (const setting of settings) {
    const value = setting.kind === 'boolean' ? 'true|false' : setting.kind;
    // Steps say how long a run is, so epochs say nothing unless they are asked for.
    const usual = setting.name === 'epochs' ? 'none' : String(defaultOf(setting, usualPreset) ?? 'none');
    const help = `${setting.help} (${usual})`;
    command.addOption(
      new Option(`--${setting.name} <${value}>`, help).helpGroup('Settings, and their values in preset fresh:'),
    );
  }
  command.action(async (flags: TrainFlags) => {
    const values: Record<string, string> = {};
    for (const { name } of settings) {
      const value = command.getOptionValue(camelCase(name));
      if (value !== undefined) values[name] = String(value);
    }
    const [{ runTraining }, { openScoring }] = await Promise.all([
      import('../training/run-training.ts'),
      import('../evaluation/score-snapshots.ts'),
    ]);
    await runTraining(flags, values, { terminal, openScoring });
  });
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

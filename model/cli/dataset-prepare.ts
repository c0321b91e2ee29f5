import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { commandGroup } from './command-group.ts';
import { parseInteger } from './parse.ts';
import type { Terminal } from './terminal.ts';

const examples = `
Examples:
  $ freshcar dataset prepare photos --out cars.npy
  $ freshcar dataset prepare photos --out cars-64.npy --size 64
`;

export function datasetPrepareCommand(program: Command, terminal: Terminal): void {
  commandGroup(program, 'dataset', 'turn photographs into what training reads')
    .command('prepare')
    .description('pack photographs into one .npy of uint8 pictures')
    .argument('<photos>', 'the folder of photographs; folders inside it are read too')
    .requiredOption('--out <file>', 'where the .npy goes; its .json goes beside it')
    .option('--size <pixels>', 'pixels each way of every packed picture', parseInteger(8, 1024), 32)
    .addHelpText('after', examples)
    .action(async (photos: string, options: { out: string; size: number }) => {
      const [{ packDataset }, { folderSource }] = await Promise.all([
        import('../dataset/pack.ts'),
        import('../dataset/folder-source.ts'),
      ]);
      const provenance = await packDataset({
        source: folderSource(photos),
        out: options.out,
        imageSize: options.size,
        code: { name: packageJson.name, version: packageJson.version },
      });
      terminal.out.write(`${provenance.count} pictures in ${options.out}\n`);
    });
}

/**
 * `npm run setup:tensorflow`: makes the native TensorFlow library work where its own download cannot be reached.
 */

import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { errorCodes, FreshcarError } from '../../errors.ts';
import { thisMachine } from './machine.ts';
import { setupTensorflow } from './setup.ts';
import { cacheFolder, tensorflowWheel } from './wheel.ts';

const self = fileURLToPath(import.meta.url);

const program = new Command('npm run setup:tensorflow --')
  .description(
    'Makes TensorFlow.js compute natively, about 20 times faster than plain JavaScript, on a machine whose network does ' +
      'not reach the host that @tensorflow/tfjs-node downloads its library from. Where that download worked, it does nothing.\n\n' +
      `It restores the npm package, fetches the Python wheel ${tensorflowWheel.requirement} with pip (207 MB, kept in ` +
      `${cacheFolder(process.env)}), unpacks the library, compiles the addon and tries it. It needs Linux on x64, python3 ` +
      'with pip and a C++ compiler, and is safe to repeat.',
  )
  .option('--check', 'change nothing; only tell whether the native library works (exit code 0 or 1)')
  .addHelpText('after', '\nExamples:\n  npm run setup:tensorflow\n  npm run setup:tensorflow -- --check')
  .showHelpAfterError('Add --help to see what this does.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : errorCodes['invalid-input'].exit))
  .parse();

try {
  if (program.opts<{ check?: boolean }>().check) {
    const { proveHere } = await import('./proof.ts');
    await proveHere();
    process.stdout.write("TensorFlow's native library works.\n");
  } else {
    await setupTensorflow({
      root: fileURLToPath(new URL('..', import.meta.url)),
      env: process.env,
      report: (line) => process.stdout.write(`${line}\n`),
      machine: thisMachine(),
      wheel: tensorflowWheel,
      proof: [self, '--check'],
    });
  }
} catch (error) {
  if (!(error instanceof FreshcarError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = errorCodes[error.code].exit;
}

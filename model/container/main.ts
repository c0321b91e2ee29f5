import { processTerminal } from '../cli/terminal.ts';
import { trainJob } from './train.ts';

/** SageMaker starts the container with the one word `train`; a second word names another folder than its own. */
process.exitCode = await trainJob(process.argv[3] ?? '/opt/ml', processTerminal());

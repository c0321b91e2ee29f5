import { processTerminal } from '../terminal.ts';
import { evaluateJob } from './evaluate.ts';
import { trainJob } from './train.ts';

/**
 * SageMaker starts the container with the one word `train`, and to measure a model with `evaluate`. A second word names
 * another folder than its own.
 */
const [job = 'train', root = '/opt/ml'] = process.argv.slice(2);
/** The tuning job says by this that its trainings share one place for checkpoints; SageMaker names each training. */
const ownFolder = process.env.FRESHCAR_SHARED_CHECKPOINTS === 'true' ? process.env.TRAINING_JOB_NAME : undefined;
const terminal = processTerminal();
process.exitCode = job === 'evaluate' ? await evaluateJob(root, terminal) : await trainJob(root, terminal, ownFolder);

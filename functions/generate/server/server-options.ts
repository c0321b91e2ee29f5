import { parseArgs } from 'node:util';
import { FreshcarError } from '../../../model/errors.ts';
import { shippedModel } from '../../../model/store/shipped.ts';
import { publicUrlSchema } from '../http/public-address.ts';

const defaultPort = 3000;
/** More than any machine that this was made for has cores, and few enough not to bring one down by a typing error. */
const mostWorkers = 256;

export const serverHelp = `Serves cars that do not exist.

  npm start -- [--model DIR] [--port N] [--host ADDRESS] [--workers N]

  --model DIR  a bundle, a training run's folder or a store; default model/pretrained
  --port N     default ${defaultPort}, or the environment's PORT; 0 takes any free one
  --host ADDRESS  the network address to listen at, such as 127.0.0.1; default all, or the environment's HOST
  --workers N  processes that draw side by side, each with its own copy of the model; default one for each
               processor core that it may use, or the environment's WORKERS
  --help       this text

PUBLIC_URL in the environment is the address under which visitors reach it, where a proxy does not say it.

Examples:
  npm start
  PORT=8080 WORKERS=1 npm start
  npm start -- --model runs/first
`;

export interface ServerOptions {
  /** The folder that the model comes from. */
  readonly model: string;
  readonly port: number;
  readonly host?: string;
  readonly publicUrl?: string;
  /** How many processes serve; at least 1. */
  readonly workers: number;
}

/**
 * What the command line and the environment ask for; undefined when it is the help alone.
 *
 * @param cores How many processor cores this process may use.
 * @throws FreshcarError `invalid-input` with the option that is wrong and what it may be.
 */
export function readServerOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  cores: number,
): ServerOptions | undefined {
  const { help, model, port, host, workers } = parseOrExplain(args);
  if (help) return undefined;
  // What a shell or a file of settings leaves empty, or ends in a space, means the same as elsewhere.
  const set = (name: string) => environment[name]?.trim() || undefined;
  const address = host ?? set('HOST');
  const publicUrl = set('PUBLIC_URL');
  return {
    model: model ?? shippedModel(),
    port: wholeNumber('port', port ?? set('PORT') ?? String(defaultPort), 0, 65535),
    ...(address !== undefined && { host: address }),
    ...(publicUrl !== undefined && { publicUrl: readPublicUrl(publicUrl) }),
    workers: wholeNumber('number of workers', workers ?? set('WORKERS') ?? String(cores), 1, mostWorkers),
  };
}

function parseOrExplain(args: readonly string[]) {
  const options = {
    model: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    workers: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new FreshcarError('invalid-input', `${cause instanceof Error ? cause.message : cause}\n\n${serverHelp}`, {
      cause,
    });
  }
}

function readPublicUrl(text: string): string {
  const read = publicUrlSchema.safeParse(text);
  if (read.success) return read.data;
  const sentence = `PUBLIC_URL is to be an address such as https://cars.example.org, not ${JSON.stringify(text)}.`;
  throw new FreshcarError('invalid-input', sentence);
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new FreshcarError(
    'invalid-input',
    `The ${what} is to be a number from ${least} to ${most}, not ${JSON.stringify(text)}.`,
  );
}

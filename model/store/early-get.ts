import type { GetObject } from './bucket-source.ts';
import { TransientError } from './retry.ts';
import { loginOf, signedGet } from './signed-get.ts';

export interface EarlyGetOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the first car is still to come. */
  readonly isEarly: () => boolean;
}

/**
 * Reads by AWS's own client, but for the objects of the first car, which are read before it is loaded: that takes longer than all the rest
 * of a cold start. Where the first way gets no object, the client is asked from then on, which also says what is wrong.
 */
export function earlyGet({ environment, isEarly }: EarlyGetOptions): GetObject {
  const login = loginOf(environment);
  let failed = login === undefined;
  let client: Promise<GetObject> | undefined;

  return async (options) => {
    if (login && !failed && isEarly()) {
      const found = await signedGet(login, options, new Date()).catch((cause) => {
        failed = true;
        const message = `s3://${options.bucket}/${options.key} could not be read at the first try.`;
        throw new TransientError(message, { cause });
      });
      if (found) return found;
      failed = true;
    }
    client ??= import('./client-get.ts').then(({ clientGet }) => clientGet(environment));
    return (await client)(options);
  };
}

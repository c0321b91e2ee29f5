import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { answers, freePort } from '../../support/ports.ts';
import { credentials, type S3Backend } from './s3-server.ts';

/**
 * An S3 server that knows conditional writes: `go install github.com/versity/versitygw/cmd/versitygw@latest`. The
 * environment's VERSITYGW names it, or it is on the PATH; undefined when it is not here.
 */
export const versitygw = [process.env.VERSITYGW, 'versitygw'].find(
  (program) => program && spawnSync(program, ['--version']).status === 0,
);

/** Ends the name of a test that is skipped without it. */
export const needsVersitygw = versitygw === undefined ? ' (skipped: needs versitygw)' : '';

export async function startVersitygw(directory: string): Promise<S3Backend> {
  const port = await freePort();
  const { accessKeyId, secretAccessKey } = credentials;
  const access = ['--access', accessKeyId, '--secret', secretAccessKey, '--region', 'eu-central-1'];
  const child = spawn(versitygw ?? '', ['--port', `127.0.0.1:${port}`, '--quiet', ...access, 'posix', directory], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}.`);
  }
  return {
    port,
    close: () => {
      child.kill();
      return ended;
    },
  };
}

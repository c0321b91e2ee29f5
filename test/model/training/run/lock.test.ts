import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockRun } from '../../../../model/training/run/lock.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

const clock = () => Date.parse('2026-01-02T03:04:05Z');
let folder: string;
const path = () => join(folder, 'run.lock');
const holder = (fields: object) =>
  writeFile(path(), JSON.stringify({ pid: 1, host: hostname(), since: '2026-01-01T00:00:00.000Z', ...fields }));

beforeEach(async () => {
  folder = await temporaryFolder();
});

/** A process that does nothing until the test is over. */
function idle() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('the lock of a run', () => {
  it('lets one in at a time, says who it is, and leaves nothing behind', async () => {
    const lock = await lockRun(folder, { clock });
    await expect(lockRun(folder, { clock })).rejects.toThrow(
      `${folder} is being trained by process ${process.pid} on ${hostname()}, since 2026-01-02T03:04:05.000Z.`,
    );
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await (await lockRun(folder, { clock })).release();
  });

  it('lets one of many in who come at once', async () => {
    // Often, since which step of one falls between two of another is up to the file system.
    for (let time = 0; time < 50; time++) {
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder, { clock })));
      const locks = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(locks).toHaveLength(1);
      await locks[0]?.release();
    }
  });

  it('is taken over from a process that is gone, and not from one that lives', async () => {
    const child = idle();
    await holder({ pid: child.pid });
    await expect(lockRun(folder, { clock })).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await lockRun(folder, { clock });
    expect(JSON.parse(await readFile(path(), 'utf8')).pid).toBe(process.pid);
    await lock.release();
  });

  it.runIf(process.platform === 'linux')('tells a process from a later one of the same number', async () => {
    await holder({ pid: idle().pid, began: '1' });
    await (await lockRun(folder, { clock })).release();
  });

  it('is taken over from this very process number in another life', async () => {
    await holder({ pid: process.pid });
    await (await lockRun(folder, { clock })).release();
  });

  it('believes another machine for as long as it is renewed', async () => {
    await holder({ host: 'elsewhere' });
    const seconds = clock() / 1000;
    await utimes(path(), seconds - 599, seconds - 599);
    await expect(lockRun(folder, { clock })).rejects.toThrow(
      /process 1 on elsewhere.* or remove .*run\.lock if it is gone/,
    );
    await utimes(path(), seconds - 601, seconds - 601);
    await (await lockRun(folder, { clock })).release();
  });

  it('says that its holder is alive by the time of its file, as often as it is renewed', async () => {
    const lock = await lockRun(folder, { clock });
    await utimes(path(), 0, 0);
    await lock.renew();
    expect((await stat(path())).mtimeMs).toBe(clock());
    await lock.release();
  });

  it('is not released by one from whom it was taken', async () => {
    const lock = await lockRun(folder, { clock });
    await holder({ host: 'elsewhere' });
    await lock.release();
    expect(JSON.parse(await readFile(path(), 'utf8')).host).toBe('elsewhere');
  });

  it("is anybody's when it was cut off, and a job's that is alone in any case", async () => {
    await writeFile(path(), '{"pid":');
    await (await lockRun(folder, { clock })).release();
    await holder({ host: 'elsewhere' });
    await (await lockRun(folder, { clock, takeOver: true })).release();
    expect(await readdir(folder)).toEqual([]);
  });
});

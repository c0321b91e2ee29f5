import { readFile } from 'node:fs/promises';

/** Of another process and those that it started, summed; Linux only, NaN elsewhere. */
export const residentBytes = (pid: number | undefined) => sumOver(pid, residentOf);

/** The processor time that they have used so far, in ms. */
export const processorTime = (pid: number | undefined) => sumOver(pid, processorTimeOf);

/** Linux counts in hundredths of a second, whatever its kernel's clock does. */
const tick = 10;

async function sumOver(pid: number | undefined, of: (pid: number) => Promise<number>): Promise<number> {
  if (pid === undefined) return Number.NaN;
  const children = (await read(pid, `task/${pid}/children`)).match(/\d+/g) ?? [];
  const values = await Promise.all([of(pid), ...children.map((child) => sumOver(Number(child), of))]);
  return values.reduce((sum, value) => sum + value, 0);
}

async function residentOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await read(pid, 'status'))?.[1] ?? Number.NaN) * 1024;
}

async function processorTimeOf(pid: number): Promise<number> {
  // Behind the name, which may hold spaces: state is the third field, user and system time the 14th and 15th.
  const fields = (await read(pid, 'stat')).split(') ').at(-1)?.split(' ') ?? [];
  return tick * (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN));
}

function read(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
}

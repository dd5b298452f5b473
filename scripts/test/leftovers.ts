/** Finds processes that a run left behind: each inherits a mark in its environment. */
import { readdir, readFile } from 'node:fs/promises';

/** Environment variable that carries the run's mark. */
export const RUN_ID_VARIABLE = 'GGEN_TEST_RUN';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Processes with this mark, this one left out. Linux tells the environment of processes; elsewhere: none. */
export async function findLeftovers(runId: string): Promise<Leftover[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.filter((pid) => pid !== process.pid).map((pid) => inspect(pid, runId)));
  return found.filter((leftover) => leftover !== undefined);
}

async function inspect(pid: number, runId: string): Promise<Leftover | undefined> {
  const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  if (!(await read('environ')).split('\0').includes(`${RUN_ID_VARIABLE}=${runId}`)) return undefined;
  return { pid, command: (await read('cmdline')).replaceAll('\0', ' ').trim() };
}

import type { Catalogue } from './catalogue/catalogue.ts';
import { checkpoint, forgetPeers, removeExpiredValues } from './catalogue/upkeep.ts';
import type { Task, TaskReport } from './maintenance/scheduler.ts';
import type { Conduct } from './reputation/conduct.ts';

const MINUTE = 60_000;

/** What the engine does for itself, whether a node runs or not. */
export function upkeep(catalogue: Catalogue, conduct: Conduct): readonly Task[] {
  return [
    {
      name: 'save',
      title: 'Move what was written into the database file',
      every: MINUTE,
      bound: MINUTE,
      run: () => {
        checkpoint(catalogue.db);
        return undefined;
      },
    },
    {
      name: 'expire',
      title: 'Remove what is out of date',
      every: 10 * MINUTE,
      first: MINUTE,
      bound: MINUTE,
      run: (signal) => expire(catalogue, conduct, signal),
    },
  ];
}

async function expire({ db }: Catalogue, conduct: Conduct, signal: AbortSignal): Promise<TaskReport> {
  const bans = conduct.expire();
  const values = await inSlices(() => removeExpiredValues(db, Date.now()), signal);
  const peers = await inSlices(() => forgetPeers(db, Date.now()), signal);
  return { detail: `${bans} bans, ${values} DHT values, ${peers} peers` };
}

/** Repeat until nothing is left to do, and let the event loop go on in between. */
async function inSlices(work: () => number, signal: AbortSignal): Promise<number> {
  let all = 0;
  for (let done = work(); done > 0 && !signal.aborted; done = work()) {
    all += done;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

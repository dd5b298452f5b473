import type { Catalogue } from '../catalog/catalogue.ts';
import { forgetPeers, removeExpiredValues } from '../catalog/tables/upkeep.ts';
import type { Task, TaskReport } from '../maintenance/scheduler.ts';
import type { Traffic } from '../protocols/traffic.ts';
import type { Conduct } from '../reputation/conduct.ts';

const MINUTE = 60_000;

/** What the engine does for itself, whether a node runs or not. */
export function upkeep(catalogue: Catalogue, conduct: Conduct, traffic: Traffic): readonly Task[] {
  return [
    {
      name: 'save',
      title: 'Move what was written into the database file',
      every: MINUTE,
      bound: MINUTE,
      run: () => {
        traffic.save();
        catalogue.db.checkpoint();
        return undefined;
      },
    },
    {
      name: 'index',
      title: 'Bring the search index up to date',
      every: MINUTE,
      // What the last run of the program left, or an index that was begun anew.
      first: 0,
      bound: MINUTE,
      run: (signal) => index(catalogue, signal),
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

async function index({ packages }: Catalogue, signal: AbortSignal): Promise<TaskReport | undefined> {
  const { waiting } = packages.index;
  if (waiting === 0) return undefined;
  const entered = await inSlices(() => packages.index.enterSome(), signal);
  return { detail: `${entered} of ${waiting} packages` };
}

async function expire(catalogue: Catalogue, conduct: Conduct, signal: AbortSignal): Promise<TaskReport> {
  const bans = conduct.expire();
  const values = await inSlices(() => removeExpiredValues(catalogue.db, Date.now()), signal);
  const peers = await inSlices(() => forgetPeers(catalogue, Date.now()), signal);
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

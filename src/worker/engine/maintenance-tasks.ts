import { yieldEvery } from '../../shared/async.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { prunePeers, pruneExpiredValues } from '../catalog/pruning.ts';
import type { PeriodicTask, TaskReport } from '../maintenance/scheduler.ts';
import type { Traffic } from '../protocols/shared/traffic.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';

const MINUTE_MS = 60_000;

/** Name of the task that brings the search index up to date. */
export const INDEX_TASK = 'index';

/** Tasks of the engine itself, whether a node runs or not. */
export function maintenanceTasks(
  catalog: Catalog,
  peerReputation: PeerReputation,
  traffic: Traffic,
): readonly PeriodicTask[] {
  return [
    {
      name: 'save',
      title: 'Checkpoint the database',
      intervalMs: MINUTE_MS,
      timeoutMs: MINUTE_MS,
      run: () => {
        traffic.save();
        catalog.db.checkpoint();
        return undefined;
      },
    },
    {
      name: INDEX_TASK,
      title: 'Update the search index',
      intervalMs: MINUTE_MS,
      // Records of the last session can still be unindexed, or the index can be a new one.
      initialDelayMs: 0,
      timeoutMs: MINUTE_MS,
      run: (signal) => updateSearchIndex(catalog, signal),
    },
    {
      name: 'expire',
      title: 'Remove expired data',
      intervalMs: 10 * MINUTE_MS,
      initialDelayMs: MINUTE_MS,
      timeoutMs: MINUTE_MS,
      run: (signal) => expire(catalog, peerReputation, signal),
    },
  ];
}

async function updateSearchIndex({ packages }: Catalog, signal: AbortSignal): Promise<TaskReport | undefined> {
  const { pendingCount } = packages.index;
  if (pendingCount === 0) return undefined;
  const indexed = await repeatUntilDone(() => packages.index.indexPending(), signal);
  return { detail: `${indexed} of ${pendingCount} packages` };
}

async function expire(catalog: Catalog, peerReputation: PeerReputation, signal: AbortSignal): Promise<TaskReport> {
  const bans = peerReputation.expire();
  const values = await repeatUntilDone(() => pruneExpiredValues(catalog.db, Date.now()), signal);
  const peers = await repeatUntilDone(() => prunePeers(catalog, Date.now()), signal);
  return { detail: `${bans} bans, ${values} DHT values, ${peers} peers` };
}

/**
 * Repeats bounded work until it has nothing left to do or the signal fires, and yields to the event loop after each repetition.
 *
 * @returns the sum of what the repetitions did
 */
async function repeatUntilDone(work: () => number, signal: AbortSignal): Promise<number> {
  const yieldAfterEach = yieldEvery({ steps: 1 });
  let total = 0;
  for (let done = work(); done > 0 && !signal.aborted; done = work()) {
    total += done;
    await yieldAfterEach();
  }
  return total;
}

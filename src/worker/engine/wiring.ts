import { SYNC_TASK } from '../protocols/sync/index.ts';
import type { Rebuilt } from '../sqlite/damage.ts';
import type { EngineParts } from './composition.ts';
import { INDEX_TASK, maintenanceTasks } from './maintenance-tasks.ts';

/** Subscribe each part to the changes that it reacts to. */
export function connectParts(parts: EngineParts): void {
  const { catalog, changes, events, lookup, nodeLifecycle, scheduler, slot, traffic } = parts;
  changes.on('packages', ({ id }) => {
    lookup.invalidate(id);
    events.packagesChanged(id);
    if (id !== undefined && catalog.packages.isOwn(id.slice(0, id.indexOf('/')))) changes.emit('forks', {});
  });
  changes.on('peers', () => {
    events.peersChanged();
  });
  changes.on('standing', ({ bannedPeer }) => {
    if (bannedPeer !== undefined) slot.running?.disconnect(bannedPeer);
    events.peersChanged();
    // Banned peers do not count as providers.
    events.packagesChanged();
  });
  changes.on('forks', () => {
    events.forksChanged();
  });
  changes.on('node', (status) => {
    events.node(status);
  });
  changes.on('settings', ({ transfers }) => {
    traffic.configure(transfers);
  });
  changes.on('seeding', () => {
    slot.network?.reprovider.schedule();
  });
  changes.on('rebuilt', () => {
    changes.emit('packages', {});
    changes.emit('peers', {});
    // The sync cursors are lost too, so every record is sent again.
    scheduler.runSoon(SYNC_TASK);
  });
  changes.emit('node', nodeLifecycle.status());
}

/** Log damage of the catalog, at the start and whenever it is found, and announce it on the change bus. */
export function reportCatalogDamage({ catalog: { db }, changes, loggers, scheduler }: EngineParts): void {
  const log = loggers('catalog');
  const logRebuilt = ({ setAside, reason }: Rebuilt): void => {
    log.error(
      `The package catalog was damaged (${reason}) and has been moved to ${setAside}. Your own packages are restored; others are fetched again from connected peers.`,
    );
  };
  if (db.replacedAtOpen && db.rebuilt !== undefined) logRebuilt(db.rebuilt);
  db.onRebuilt((rebuilt) => {
    logRebuilt(rebuilt);
    changes.emit('rebuilt', rebuilt);
  });
  db.onTextDamaged((reason) => {
    log.warn(`The search index was damaged (${reason}) and is being rebuilt from the known packages.`);
    scheduler.runSoon(INDEX_TASK);
  });
}

/** Schedule the tasks that run whether a node runs or not. */
export function addTasks({ catalog, peerReputation, retention, scheduler, traffic }: EngineParts): void {
  scheduler.add(retention.task());
  for (const task of maintenanceTasks(catalog, peerReputation, traffic)) scheduler.add(task);
}

/** Make the first snapshots, and send telemetry where the environment says. */
export async function announceInitialState({ changes, telemetry }: EngineParts): Promise<void> {
  changes.emit('peers', {});
  changes.emit('packages', {});
  await telemetry.setEndpoint(undefined);
  changes.emit('forks', {});
}

import { Exchanges } from './tables/exchanges.ts';
import { Forks } from './tables/forks.ts';
import { Installs } from './tables/installs.ts';
import { Kept } from './tables/kept.ts';
import { Provided } from './tables/provided.ts';
import { Packages } from './tables/packages.ts';
import { Peers } from './tables/peers.ts';
import { Serving } from './tables/serving.ts';
import { Stagings } from './tables/stagings.ts';
import { Standings } from './tables/standings.ts';
import { TrafficCounts } from './tables/traffic-counts.ts';
import { diskFault } from '../sqlite/disk-full.ts';
import { openDatabase } from './open.ts';
import type { Database } from '../sqlite/database.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord } from '../records/record.ts';
import { OwnRecords } from './tables/own-records.ts';

/** Everything that this node remembers, in one SQLite database. */
export interface Catalogue {
  readonly db: Database;
  readonly packages: Packages;
  readonly peers: Peers;
  readonly installs: Installs;
  readonly kept: Kept;
  readonly forks: Forks;
  readonly provided: Provided;
  readonly serving: Serving;
  readonly standings: Standings;
  readonly stagings: Stagings;
  readonly exchanges: Exchanges;
  readonly traffic: TrafficCounts;
  close(): void;
}

/**
 * Open what this node remembers. The packages that were signed here are there afterwards even if the database was lost.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function openCatalogue(dataDir: string, lockPatience?: number): Promise<Catalogue> {
  const db = await openDatabase(dataDir, lockPatience);
  const ownRecords = new OwnRecords(dataDir);
  const packages = new Packages(db, ownRecords);
  try {
    keepOwn(packages, ownRecords);
  } catch (error) {
    db.close();
    throw diskFault(dataDir, error);
  }
  db.onRebuilt(() => {
    restoreOwn(packages, ownRecords);
  });
  return {
    db,
    packages,
    peers: new Peers(db),
    installs: new Installs(db),
    kept: new Kept(db),
    forks: new Forks(db),
    provided: new Provided(db),
    serving: new Serving(db),
    standings: new Standings(db),
    stagings: new Stagings(db),
    exchanges: new Exchanges(db),
    traffic: new TrafficCounts(db),
    close: () => {
      db.close();
    },
  };
}

/** Records and database, each made whole from the other: the folder is younger than the first schema. */
function keepOwn(packages: Packages, ownRecords: OwnRecords): void {
  if (ownRecords.exists) {
    restoreOwn(packages, ownRecords);
    return;
  }
  ownRecords.create();
  for (const { record, envelope } of packages.own()) ownRecords.save(record.publisher, record.name, envelope);
}

function restoreOwn(packages: Packages, ownRecords: OwnRecords): void {
  if (packages.counts().published > 0) return;
  for (const opened of ownRecords.envelopes().flatMap(openOrNothing)) {
    packages.put(opened, { mine: true, now: Date.now() });
  }
}

/** A file that is no record of ours has nothing to restore; peers have what it was. */
function openOrNothing(envelope: Uint8Array): OpenedRecord[] {
  try {
    return [openRecord(envelope)];
  } catch {
    return [];
  }
}

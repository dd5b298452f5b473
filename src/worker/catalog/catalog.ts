import { InstallTransactions } from './tables/install-transactions.ts';
import { Forks } from './tables/forks.ts';
import { Installs } from './tables/installs.ts';
import { KeptReleases } from './tables/kept-releases.ts';
import { ProvidedKeys } from './tables/provided-keys.ts';
import { Packages } from './tables/packages.ts';
import { Peers } from './tables/peers.ts';
import { PublisherStates } from './tables/publisher-states.ts';
import { SeededPackages } from './tables/seeded-packages.ts';
import { StagingFolders } from './tables/staging-folders.ts';
import { Standings } from './tables/standings.ts';
import { TrafficCounts } from './tables/traffic-counts.ts';
import { toFolderFullError } from '../sqlite/disk-full.ts';
import { openDatabase } from './open-database.ts';
import type { Database } from '../sqlite/database.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord } from '../records/record.ts';
import { OwnRecords } from './tables/own-records.ts';

/** All tables of this node, in one SQLite database. */
export interface Catalog {
  readonly db: Database;
  readonly packages: Packages;
  readonly peers: Peers;
  readonly publishers: PublisherStates;
  readonly installs: Installs;
  readonly kept: KeptReleases;
  readonly forks: Forks;
  readonly provided: ProvidedKeys;
  readonly seeding: SeededPackages;
  readonly standings: Standings;
  readonly stagingFolders: StagingFolders;
  readonly installTransactions: InstallTransactions;
  readonly traffic: TrafficCounts;
  close(): void;
}

/**
 * Opens the catalog. Own packages are restored from their files when the database was lost.
 *
 * @throws GgenError DataDirInUse, DatabaseTooNew, DiskFull, UnsupportedRuntime
 */
export async function openCatalog(dataDir: string, lockTimeoutMs?: number): Promise<Catalog> {
  const db = await openDatabase(dataDir, lockTimeoutMs);
  const ownRecords = new OwnRecords(dataDir);
  const packages = new Packages(db, ownRecords);
  try {
    syncOwnRecords(packages, ownRecords);
  } catch (error) {
    db.close();
    throw toFolderFullError(dataDir, error);
  }
  db.onRebuilt(() => {
    restoreOwnRecords(packages, ownRecords);
  });
  return {
    db,
    packages,
    peers: new Peers(db),
    publishers: new PublisherStates(db),
    installs: new Installs(db),
    kept: new KeptReleases(db),
    forks: new Forks(db),
    provided: new ProvidedKeys(db),
    seeding: new SeededPackages(db),
    standings: new Standings(db),
    stagingFolders: new StagingFolders(db),
    installTransactions: new InstallTransactions(db),
    traffic: new TrafficCounts(db),
    close: () => {
      db.close();
    },
  };
}

/**
 * Restores own records in the database from their files, or the files from the database when their folder is missing.
 */
function syncOwnRecords(packages: Packages, ownRecords: OwnRecords): void {
  if (ownRecords.exists) {
    restoreOwnRecords(packages, ownRecords);
    return;
  }
  ownRecords.create();
  for (const { record, envelope } of packages.listOwn()) ownRecords.save(record.publisher, record.name, envelope);
}

function restoreOwnRecords(packages: Packages, ownRecords: OwnRecords): void {
  if (packages.counts().published > 0) return;
  for (const opened of ownRecords.envelopes().flatMap(openIfValid)) {
    packages.upsert(opened, { mine: true, now: Date.now() });
  }
}

/** Skips files that are not valid records; peers have the missing ones. */
function openIfValid(envelope: Uint8Array): OpenedRecord[] {
  try {
    return [openRecord(envelope, { now: Infinity })];
  } catch {
    return [];
  }
}

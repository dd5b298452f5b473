import { Installs } from './installs.ts';
import { Packages } from './packages.ts';
import { Peers } from './peers.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';

/** Everything that this node remembers, in one SQLite database. */
export interface Catalogue {
  readonly db: Database;
  readonly packages: Packages;
  readonly peers: Peers;
  readonly installs: Installs;
  close(): void;
}

/** @throws GgenError DataDirInUse, DatabaseTooNew, UnsupportedRuntime */
export async function openCatalogue(dataDir: string, signal?: AbortSignal): Promise<Catalogue> {
  const db = await openDatabase(dataDir, signal);
  return {
    db,
    packages: new Packages(db),
    peers: new Peers(db),
    installs: new Installs(db),
    close: () => {
      db.close();
    },
  };
}

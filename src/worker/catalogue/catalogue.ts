import { Forks } from './forks.ts';
import { Installs } from './installs.ts';
import { Provided } from './provided.ts';
import { Packages } from './packages.ts';
import { Peers } from './peers.ts';
import { Serving } from './serving.ts';
import { Standings } from './standings.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';

/** Everything that this node remembers, in one SQLite database. */
export interface Catalogue {
  readonly db: Database;
  readonly packages: Packages;
  readonly peers: Peers;
  readonly installs: Installs;
  readonly forks: Forks;
  readonly provided: Provided;
  readonly serving: Serving;
  readonly standings: Standings;
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
    forks: new Forks(db),
    provided: new Provided(db),
    serving: new Serving(db),
    standings: new Standings(db),
    close: () => {
      db.close();
    },
  };
}

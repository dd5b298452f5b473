/** Peers, what they serve, and what this node provides in the DHT. */
export const PEERS_SCHEMA = `
  -- 'location' is JSON.
  CREATE TABLE peers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    last_seen INTEGER,
    successes INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    average_response INTEGER,
    throughput INTEGER,
    location TEXT
  ) WITHOUT ROWID;

  -- Standings other than neutral. 'author' is 'user' or 'automatic'.
  CREATE TABLE standings (
    peer TEXT PRIMARY KEY, standing TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL,
    since INTEGER NOT NULL, until INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX standings_banned ON standings (peer) WHERE standing = 'banned';

  -- Provider claims, one per peer and package. 'verified' is 1 once the peer sent verified content of the package.
  CREATE TABLE package_providers (
    peer TEXT NOT NULL, publisher TEXT NOT NULL, name TEXT NOT NULL, verified INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (publisher, name, peer)
  ) WITHOUT ROWID;
  CREATE INDEX package_providers_by_peer ON package_providers (peer);
  CREATE VIEW active_providers AS SELECT peer, publisher, name, verified FROM package_providers
    WHERE peer NOT IN (SELECT peer FROM standings WHERE standing = 'banned');

  -- Keys under which this node is a provider in the DHT: when it last announced each, and how many peers stored it.
  CREATE TABLE provided (key TEXT PRIMARY KEY, at INTEGER NOT NULL, peers INTEGER NOT NULL) WITHOUT ROWID;

  -- libp2p's own state: peer store, DHT values, provider records. 'written' lets expired entries be found without decoding.
  CREATE TABLE datastore (key TEXT PRIMARY KEY, value BLOB NOT NULL, written INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
`;

/** What the network paths, reputation and upkeep remember: one migration step of its own. */
export const NETWORK_SCHEMA = `
  -- How this node stands to a peer where that is not simply 'normal'. 'author' is 'user' or 'automatic'.
  CREATE TABLE standings (
    peer TEXT PRIMARY KEY, standing TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL,
    since INTEGER NOT NULL, until INTEGER
  ) WITHOUT ROWID;

  -- Under what this node stands in the DHT as a provider, when it last said so, and to how many peers.
  CREATE TABLE provided (key TEXT PRIMARY KEY, at INTEGER NOT NULL, peers INTEGER NOT NULL) WITHOUT ROWID;

  -- Records of own publishers beside the head: what this machine signed last, and what another one signed apart from it.
  CREATE TABLE forks (
    publisher TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, envelope BLOB NOT NULL, seen INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, digest)
  ) WITHOUT ROWID;

  -- Packages that the user does not serve any more, though their blocks are here.
  CREATE TABLE unseeded (
    publisher TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (publisher, name)
  ) WITHOUT ROWID;

  -- 1 once the peer sent content of the package that was verified, and not only a claim.
  ALTER TABLE package_providers ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
  -- When an entry was written, so that what expired can be found without reading it.
  ALTER TABLE datastore ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
`;

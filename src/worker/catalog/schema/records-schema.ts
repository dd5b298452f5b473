/** Package records, the proofs about them, and the log that peers sync from. */
export const RECORDS_SCHEMA = `
  -- Settings and states of the engine, as JSON.
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Head of each package: 'record' is the decoded document as JSON, 'envelope' the signed bytes.
  CREATE TABLE packages (
    id INTEGER PRIMARY KEY,
    publisher TEXT NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    received INTEGER NOT NULL,
    mine INTEGER NOT NULL,
    record TEXT NOT NULL,
    envelope BLOB NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (publisher, name)
  );
  CREATE INDEX packages_by_digest ON packages (digest);
  CREATE INDEX packages_by_name ON packages (name);
  CREATE INDEX packages_by_section ON packages (mine, updated DESC);
  CREATE INDEX packages_by_updated ON packages (updated DESC);

  -- Number of packages, kept by triggers, because counting rows takes time in a large catalog.
  CREATE TABLE counters (mine INTEGER PRIMARY KEY, packages INTEGER NOT NULL);
  INSERT INTO counters VALUES (0, 0), (1, 0);
  CREATE TRIGGER package_added AFTER INSERT ON packages BEGIN
    UPDATE counters SET packages = packages + 1 WHERE mine = new.mine;
  END;
  CREATE TRIGGER package_removed AFTER DELETE ON packages BEGIN
    UPDATE counters SET packages = packages - 1 WHERE mine = old.mine;
  END;
  CREATE TRIGGER package_claimed AFTER UPDATE OF mine ON packages WHEN old.mine <> new.mine BEGIN
    UPDATE counters SET packages = packages - 1 WHERE mine = old.mine;
    UPDATE counters SET packages = packages + 1 WHERE mine = new.mine;
  END;

  -- First content root seen of each version, which reveals equivocation.
  CREATE TABLE seen_roots (
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    PRIMARY KEY (publisher, name, version)
  ) WITHOUT ROWID;

  -- Signed proof of an equivocation.
  CREATE TABLE equivocations (
    publisher TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    versions TEXT NOT NULL, envelope BLOB NOT NULL, seen INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, digest)
  ) WITHOUT ROWID;

  -- Own records beside the head: the last one signed on this machine, and those signed independently on others.
  CREATE TABLE forks (
    publisher TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, envelope BLOB NOT NULL, seen INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, digest)
  ) WITHOUT ROWID;

  -- Order in which this node learned of heads. A package has one row, at its newest position, so a peer that reads on from
  -- its cursor gets each head once.
  CREATE TABLE log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    package INTEGER NOT NULL UNIQUE REFERENCES packages (id) ON DELETE CASCADE
  );
  CREATE TABLE cursors (peer TEXT PRIMARY KEY, epoch TEXT NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
`;

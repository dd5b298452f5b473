/**
 * The schema, one numbered step after the other; `user_version` of the database says how many were taken.
 * A step that has been released is never edited: the next change is the next step.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: records, evidence, log, peers, installs, and an index of texts.
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Newest record of each package. 'record' is the decoded document as JSON, 'envelope' the signed bytes it came from.
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

  -- Every content root ever seen for a version: what makes equivocation visible.
  CREATE TABLE seen_roots (
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    PRIMARY KEY (publisher, name, version)
  ) WITHOUT ROWID;

  -- Signed proof that a publisher contradicted itself.
  CREATE TABLE equivocations (
    publisher TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    versions TEXT NOT NULL, envelope BLOB NOT NULL, seen INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, digest)
  ) WITHOUT ROWID;

  -- Order in which this node learnt of packages. Each package stands in it once, at its newest position, so a peer
  -- that asks for everything after its cursor gets each newest record exactly once.
  CREATE TABLE log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    package INTEGER NOT NULL UNIQUE REFERENCES packages (id) ON DELETE CASCADE
  );
  CREATE TABLE cursors (peer TEXT PRIMARY KEY, epoch TEXT NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE peers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    last_seen INTEGER,
    successes INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    average_response INTEGER,
    throughput INTEGER
  ) WITHOUT ROWID;
  -- Which peer serves which package; distinct by its key, however often a peer says so.
  CREATE TABLE holders (
    peer TEXT NOT NULL, publisher TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (publisher, name, peer)
  ) WITHOUT ROWID;
  CREATE INDEX holders_by_peer ON holders (peer);

  CREATE TABLE installs (
    path TEXT PRIMARY KEY,
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    files INTEGER NOT NULL, size INTEGER NOT NULL, installed INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX installs_by_package ON installs (publisher, name);

  -- libp2p's own state: peer store, DHT values, provider records.
  CREATE TABLE datastore (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

  CREATE VIRTUAL TABLE packages_text USING fts5 (
    name, title, description, tags, categories, publisher UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
  );
  `,
  // 2: narrow rows for lists and search, counters instead of counting, words for typing errors.
  `
  -- What lists and search show of a package, without its record: a row that is cheap to read by the hundred.
  -- 'offered' and 'withdrawn' hold the versions, separated by spaces.
  CREATE TABLE summaries (
    id INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    publisher TEXT NOT NULL, name TEXT NOT NULL,
    mine INTEGER NOT NULL, updated INTEGER NOT NULL, providers INTEGER NOT NULL,
    latest TEXT, versions INTEGER NOT NULL, size INTEGER NOT NULL,
    title TEXT NOT NULL, license TEXT NOT NULL, categories TEXT NOT NULL, tags TEXT NOT NULL,
    description TEXT NOT NULL, offered TEXT NOT NULL, withdrawn TEXT NOT NULL
  );
  CREATE INDEX summaries_by_providers ON summaries (providers DESC);
  CREATE INDEX packages_by_updated ON packages (updated DESC);

  -- Kept by triggers, because whoever adds a holder need not know of summaries.
  CREATE TRIGGER holder_added AFTER INSERT ON holders BEGIN
    UPDATE summaries SET providers = providers + 1
      WHERE id = (SELECT id FROM packages WHERE publisher = new.publisher AND name = new.name);
  END;
  CREATE TRIGGER holder_removed AFTER DELETE ON holders BEGIN
    UPDATE summaries SET providers = providers - 1
      WHERE id = (SELECT id FROM packages WHERE publisher = old.publisher AND name = old.name);
  END;

  CREATE TABLE counters (mine INTEGER PRIMARY KEY, packages INTEGER NOT NULL);
  INSERT INTO counters SELECT 0, count(*) FROM packages WHERE mine = 0;
  INSERT INTO counters SELECT 1, count(*) FROM packages WHERE mine = 1;
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

  -- What can be filtered by and counted, in lower case: kind is category, tag, license or publisher.
  CREATE TABLE labels (
    kind TEXT NOT NULL, label TEXT NOT NULL,
    package INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, label, package)
  ) WITHOUT ROWID;
  CREATE INDEX labels_by_package ON labels (package);
  CREATE TABLE label_counts (
    kind TEXT NOT NULL, label TEXT NOT NULL, packages INTEGER NOT NULL,
    PRIMARY KEY (kind, label)
  ) WITHOUT ROWID;
  CREATE TRIGGER label_added AFTER INSERT ON labels BEGIN
    INSERT INTO label_counts (kind, label, packages) VALUES (new.kind, new.label, 1)
      ON CONFLICT (kind, label) DO UPDATE SET packages = packages + 1;
  END;
  CREATE TRIGGER label_removed AFTER DELETE ON labels BEGIN
    UPDATE label_counts SET packages = packages - 1 WHERE kind = old.kind AND label = old.label;
    DELETE FROM label_counts WHERE kind = old.kind AND label = old.label AND packages <= 0;
  END;

  -- Every word of names and tags under itself and under itself with one character left out: two words that differ by one typing
  -- error share such an entry.
  CREATE TABLE spellings (shortened TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (shortened, word)) WITHOUT ROWID;

  DROP TABLE packages_text;
  CREATE VIRTUAL TABLE packages_text USING fts5 (
    name, title, description, tags, categories,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
  );
  `,
];

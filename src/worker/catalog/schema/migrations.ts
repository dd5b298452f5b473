import { INDEX_SCHEMA } from './index-schema.ts';
import { BANNED_SCHEMA } from './banned-schema.ts';
import { NETWORK_SCHEMA } from './network-schema.ts';
import { SEARCH_SCHEMA } from './search-schema.ts';

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
  CREATE TABLE package_providers (
    peer TEXT NOT NULL, publisher TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (publisher, name, peer)
  ) WITHOUT ROWID;
  CREATE INDEX package_providers_by_peer ON package_providers (peer);

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
  SEARCH_SCHEMA,
  NETWORK_SCHEMA,
  // 4: where a peer says that it is, as JSON.
  'ALTER TABLE peers ADD COLUMN location TEXT',
  // 5: to which project an installation belongs, and how many of its files were changed when it was last verified.
  'ALTER TABLE installs ADD COLUMN project TEXT; ALTER TABLE installs ADD COLUMN changed INTEGER',
  INDEX_SCHEMA,
  // 7: releases that stay here without being installed.
  `
  CREATE TABLE kept (
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    files INTEGER NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, version)
  ) WITHOUT ROWID;
  `,
  // 8: banned peers do not count among those who serve a package.
  BANNED_SCHEMA,
];

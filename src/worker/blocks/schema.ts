/**
 * The index of a block store, one numbered step after the other. A step that has been released is never edited.
 *
 * `id` is what marks of a collection refer to: it is never given again. Small blocks lie in a table of their own, so that noting a block's last
 * use does not write its bytes anew.
 */
export const STORE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- 'hash': the multihash. 'file': whether the bytes are a file of their own. 'used': last use, milliseconds since the
  -- epoch. 'pinned': whether the last complete marking found it below a pinned root.
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    file INTEGER NOT NULL,
    used INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX blocks_by_use ON blocks (used, id) WHERE pinned = 0;
  CREATE TABLE bytes (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

  -- Blocks that were found damaged and removed, until they are here again.
  CREATE TABLE damaged (hash BLOB PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
  `,
];

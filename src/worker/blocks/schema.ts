/**
 * Migrations of a block store's index, in order. A released step is never edited.
 *
 * `MarkBitmap` refers to blocks by `id`, which is never reused. Small blocks are stored in a table of their own, so
 * that updating an access time does not rewrite their bytes.
 */
export const STORE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- 'hash': the multihash. 'file': whether the bytes are a file. 'used': last access, milliseconds since the epoch.
  -- 'pinned': whether the last complete marking found it below a pinned root.
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

  -- Blocks that were found damaged and removed, until they are stored again.
  CREATE TABLE damaged (hash BLOB PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
  `,
];

/** Releases that are on this machine, and whether they are seeded. */
export const INSTALLS_SCHEMA = `
  -- 'project' is the folder that an installation belongs to; 'changed' counts its changed files at the last verification.
  CREATE TABLE installs (
    path TEXT PRIMARY KEY,
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    files INTEGER NOT NULL, size INTEGER NOT NULL, installed INTEGER NOT NULL, project TEXT, changed INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX installs_by_package ON installs (publisher, name);

  -- Releases that the user keeps without installing them.
  CREATE TABLE kept (
    publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, root TEXT NOT NULL,
    files INTEGER NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (publisher, name, version)
  ) WITHOUT ROWID;

  -- Packages whose seeding the user stopped.
  CREATE TABLE unseeded (
    publisher TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (publisher, name)
  ) WITHOUT ROWID;
`;

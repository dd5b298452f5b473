/** Entering the search index apart from storing: one migration step of its own. */
export const INDEX_SCHEMA = `
  -- Packages whose labels, words and texts are to be entered. 'known': those of an older record are there and have to go.
  CREATE TABLE unindexed (
    package INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    known INTEGER NOT NULL
  );
  -- Counted by whoever enters labels, once for many packages.
  DROP TRIGGER label_added;
`;

/** What the user decided about publishers. */
export const PUBLISHERS_SCHEMA = `
  -- 'state' is 'trusted', 'followed' or 'blocked'; a publisher without a row has none.
  CREATE TABLE publishers (
    publisher TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

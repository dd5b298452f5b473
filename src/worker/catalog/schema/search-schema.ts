/** The full-text index. The search index runs it again to rebuild a damaged one. */
export const CREATE_TEXT_INDEX = `CREATE VIRTUAL TABLE packages_text USING fts5 (
    name, title, description, tags, categories,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
  )`;

/** What lists and search read instead of whole records, filled by `indexPackages`. Needs the records' and peers' tables. */
export const SEARCH_SCHEMA = `
  -- One small row per package, so that lists and search read hundreds of them quickly.
  -- 'offered' and 'withdrawn' hold available and yanked versions, separated by spaces.
  CREATE TABLE summaries (
    id INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    publisher TEXT NOT NULL, name TEXT NOT NULL,
    mine INTEGER NOT NULL, updated INTEGER NOT NULL, providers INTEGER NOT NULL,
    latest TEXT, versions INTEGER NOT NULL, size INTEGER NOT NULL,
    title TEXT NOT NULL, license TEXT NOT NULL, categories TEXT NOT NULL, tags TEXT NOT NULL,
    description TEXT NOT NULL, offered TEXT NOT NULL, withdrawn TEXT NOT NULL
  );
  CREATE INDEX summaries_by_providers ON summaries (providers DESC);

  -- Triggers count the active providers of each package, so that every writer of providers and standings keeps them right.
  CREATE TRIGGER provider_added AFTER INSERT ON package_providers
    WHEN NOT EXISTS (SELECT 1 FROM standings WHERE peer = new.peer AND standing = 'banned') BEGIN
    UPDATE summaries SET providers = providers + 1
      WHERE id = (SELECT id FROM packages WHERE publisher = new.publisher AND name = new.name);
  END;
  CREATE TRIGGER provider_removed AFTER DELETE ON package_providers
    WHEN NOT EXISTS (SELECT 1 FROM standings WHERE peer = old.peer AND standing = 'banned') BEGIN
    UPDATE summaries SET providers = providers - 1
      WHERE id = (SELECT id FROM packages WHERE publisher = old.publisher AND name = old.name);
  END;
  CREATE TRIGGER peer_banned AFTER INSERT ON standings WHEN new.standing = 'banned' BEGIN
    UPDATE summaries SET providers = providers - 1 WHERE id IN (
      SELECT p.id FROM package_providers h CROSS JOIN packages p ON p.publisher = h.publisher AND p.name = h.name
      WHERE h.peer = new.peer);
  END;
  CREATE TRIGGER peer_unbanned AFTER DELETE ON standings WHEN old.standing = 'banned' BEGIN
    UPDATE summaries SET providers = providers + 1 WHERE id IN (
      SELECT p.id FROM package_providers h CROSS JOIN packages p ON p.publisher = h.publisher AND p.name = h.name
      WHERE h.peer = old.peer);
  END;

  -- Labels that packages are filtered by, in lower case: kind is category, tag, license or publisher.
  CREATE TABLE labels (
    kind TEXT NOT NULL, label TEXT NOT NULL,
    package INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, label, package)
  ) WITHOUT ROWID;
  CREATE INDEX labels_by_package ON labels (package);
  -- 'indexPackages' adds to the counts, once for many packages; a trigger subtracts.
  CREATE TABLE label_counts (
    kind TEXT NOT NULL, label TEXT NOT NULL, packages INTEGER NOT NULL,
    PRIMARY KEY (kind, label)
  ) WITHOUT ROWID;
  CREATE TRIGGER label_removed AFTER DELETE ON labels BEGIN
    UPDATE label_counts SET packages = packages - 1 WHERE kind = old.kind AND label = old.label;
    DELETE FROM label_counts WHERE kind = old.kind AND label = old.label AND packages <= 0;
  END;

  -- Each word of names and tags under itself and under each form with one character deleted: two words that differ by one
  -- typing error share a form.
  CREATE TABLE spellings (shortened TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (shortened, word)) WITHOUT ROWID;

  -- Packages that wait to be indexed. 'known' is 1 when the index holds an older record, which is removed first.
  CREATE TABLE unindexed (
    package INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    known INTEGER NOT NULL
  );

  ${CREATE_TEXT_INDEX};
`;

/**
 * What lists and search read instead of whole records: one migration step of its own, after which `indexPackage` is run for
 * every package that is there.
 */
export const SEARCH_SCHEMA = `
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
  CREATE TRIGGER provider_added AFTER INSERT ON package_providers BEGIN
    UPDATE summaries SET providers = providers + 1
      WHERE id = (SELECT id FROM packages WHERE publisher = new.publisher AND name = new.name);
  END;
  CREATE TRIGGER provider_removed AFTER DELETE ON package_providers BEGIN
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
`;

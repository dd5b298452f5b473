import { INSTALLS_SCHEMA } from './installs-schema.ts';
import { PEERS_SCHEMA } from './peers-schema.ts';
import { PUBLISHERS_SCHEMA } from './publishers-schema.ts';
import { RECORDS_SCHEMA } from './records-schema.ts';
import { SEARCH_SCHEMA } from './search-schema.ts';

/**
 * Steps of the schema. SQLite's `user_version` counts the steps that a database has. A released step never changes: a later
 * change is a new step at the end.
 */
export const MIGRATIONS: readonly string[] = [
  [RECORDS_SCHEMA, PEERS_SCHEMA, INSTALLS_SCHEMA, SEARCH_SCHEMA].join('\n'),
  PUBLISHERS_SCHEMA,
  // JSON of the record's dist-tags.
  "ALTER TABLE summaries ADD COLUMN dist_tags TEXT NOT NULL DEFAULT '[]'",
];

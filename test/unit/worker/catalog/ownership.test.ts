import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';

/** Tries to write to a database from another process, as a second node would, and prints the outcome. */
const OPEN_SCRIPT = `
const { DatabaseSync } = require('node:sqlite');
try {
  const db = new DatabaseSync(process.argv[1]);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS intruder (x)");
  console.log('opened');
} catch (error) {
  console.log(error.message);
}`;

describe('the owner of a data folder', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ggen-owner-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  // SQLite's locks belong to a process, so only another process can test them. New and existing databases are opened
  // differently.
  for (const which of ['a new', 'an existing'] as const) {
    it(`keeps every other process out of ${which} database`, async () => {
      if (which === 'an existing') (await openCatalog(dataDir)).close();
      const catalog = await openCatalog(dataDir);
      try {
        const path = join(dataDir, 'catalog.sqlite');
        const { stdout } = await promisify(execFile)(process.execPath, ['-e', OPEN_SCRIPT, path]);
        assert.match(stdout, /locked/);
      } finally {
        catalog.close();
      }
    });
  }
});

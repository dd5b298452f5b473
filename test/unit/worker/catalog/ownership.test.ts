import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';

/** Tries to write to a database from a process of its own, as a second node would, and prints what came of it. */
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

  // Locks of SQLite are the process's: only another process can show that they hold. A new database and one that
  // was there before are opened in different ways.
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

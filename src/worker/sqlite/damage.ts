import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../shared/errors.ts';

/** SQLite's primary result codes for a file that can't be believed (sqlite.org/rescode.html). */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** What is remembered of a database that had to be replaced. */
export interface Rebuilt {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Absolute path under which the damaged file was kept. */
  readonly setAside: string;
  /** What SQLite said. */
  readonly reason: string;
}

/** Whether SQLite found the file itself to be wrong, not the statement, the disk or a lock. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  // The low byte of an extended code is the primary one.
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(error.errcode & 0xff);
}

/** Most complaints of SQLite that are looked at. */
const MAX_CHECK_MESSAGES = 100;

/**
 * Whether nothing but the full-text index is wrong, which the records give again: every complaint of SQLite's own check is of
 * that table or lies inside one of the trees that it is kept in, and none says that two trees share a page.
 */
export function isOnlyTextDamaged(sqlite: DatabaseSync): boolean {
  try {
    const messages = sqlite
      .prepare(`PRAGMA quick_check(${MAX_CHECK_MESSAGES})`)
      .all()
      .map((row) => String(row['quick_check']));
    const roots = sqlite
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'packages\\_text\\_%' ESCAPE '\\' AND rootpage > 0")
      .all()
      .map((row) => Number(row['rootpage']));
    const isAboutTextIndex = (message: string): boolean =>
      message.includes('packages_text') ||
      (roots.includes(Number(/^Tree (\d+) /.exec(message)?.[1])) && !message.includes('2nd reference'));
    // Without a complaint it is not known what is wrong.
    return messages.length < MAX_CHECK_MESSAGES && !messages.includes('ok') && messages.every(isAboutTextIndex);
  } catch {
    return false;
  }
}

/**
 * Whether the file ends before its header says. SQLite finds that out only when it comes to a missing page. While a
 * write-ahead log has content the header says nothing yet.
 *
 * Asks SQLite and the folder, and never opens the file: closing it again would drop this process's lock on it
 * (sqlite.org/howtocorrupt.html, section 2.2).
 */
export function isTruncated(sqlite: DatabaseSync, file: string): boolean {
  if (sizeOf(file) === 0 || sizeOf(`${file}-wal`) > 0) return false;
  const pragma = (name: string): number => Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
  return pragma('page_count') * pragma('page_size') > sizeOf(file);
}

/** Rename a closed database and what lies beside it. The name says when; returns it. */
export function setAside(file: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(':', '-').replace('.', '-');
  const target = file.replace(/\.sqlite$/, `.damaged-${stamp}.sqlite`);
  renameSync(file, target);
  // A log without its database would be played into the new one.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${target}-wal`);
  rmSync(`${file}-shm`, { force: true });
  return target;
}

/** The error of the one call that met a full-text index that is damaged, and nothing else. */
export function textIndexDamaged(cause: unknown): GgenError {
  return new GgenError(
    'Internal',
    'The search index was damaged and is being rebuilt from the known packages. Try again in a moment.',
    { cause },
  );
}

/** The error of the one call that met the damage. */
export function databaseDamaged({ setAside: path }: Rebuilt, cause: unknown): GgenError {
  return new GgenError(
    'Internal',
    `The package catalog was damaged and has been moved to ${path}. It is being rebuilt from connected peers. Try again.`,
    { details: { setAside: path }, cause },
  );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

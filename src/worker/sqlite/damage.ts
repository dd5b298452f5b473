import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../shared/errors.ts';

/** Primary result codes of SQLite for a damaged file (sqlite.org/rescode.html). */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Report on a damaged database that was replaced. */
export interface Rebuilt {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Absolute path of the renamed, damaged file. */
  readonly setAside: string;
  /** Message of SQLite. */
  readonly reason: string;
}

/** Whether an error means that the file is damaged, as opposed to a wrong statement, a failing disk or a lock. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  // The low byte of an extended result code is the primary code.
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(error.errcode & 0xff);
}

/** Messages of the integrity check that are evaluated. */
const MAX_CHECK_MESSAGES = 100;

/**
 * Whether only the full-text index is damaged, which can be rebuilt from the records. This is so when every message of
 * SQLite's integrity check concerns that table or a page of its trees, and none reports a page that two trees share.
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
    // When the check finds nothing, the cause of the damage is unknown.
    return messages.length < MAX_CHECK_MESSAGES && !messages.includes('ok') && messages.every(isAboutTextIndex);
  } catch {
    return false;
  }
}

/**
 * Whether the file is shorter than its header says. SQLite detects that only when it reads a missing page. While the
 * write-ahead log has content, the header may be out of date, and the answer is false.
 *
 * It never opens the file: closing it again would drop this process's lock (sqlite.org/howtocorrupt.html, section 2.2).
 */
export function isTruncated(sqlite: DatabaseSync, file: string): boolean {
  if (sizeOf(file) === 0 || sizeOf(`${file}-wal`) > 0) return false;
  const pragma = (name: string): number => Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
  return pragma('page_count') * pragma('page_size') > sizeOf(file);
}

/** Renames a closed database and its log. Returns the new path, which contains the time. */
export function setAside(file: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(':', '-').replace('.', '-');
  const target = file.replace(/\.sqlite$/, `.damaged-${stamp}.sqlite`);
  renameSync(file, target);
  // SQLite would apply a remaining log to the new database.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${target}-wal`);
  rmSync(`${file}-shm`, { force: true });
  return target;
}

/** The error of the call that found the full-text index damaged, and nothing else. */
export function textIndexDamaged(cause: unknown): GgenError {
  return new GgenError(
    'Internal',
    'The search index was damaged and is being rebuilt from the known packages. Try again in a moment.',
    { cause },
  );
}

/** The error of the call that found the database damaged. */
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

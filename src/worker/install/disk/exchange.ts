import { copyFile, link, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ExchangeNote, Exchanges, Swap } from '../../catalog/tables/exchanges.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';

export type ExchangeNotes = Pick<Exchanges, 'put' | 'commit' | 'remove' | 'list'>;

/**
 * Put everything that was staged in its place, all of it or nothing: what stood there is renamed aside, the new is renamed in,
 * `record` writes what the catalogue says of it in the same transaction that makes the new state count. A failure takes all
 * back; a kill is healed by `healExchanges`. Renames within a folder are what every file system does in one step.
 *
 * @param check the last word on what was put aside, which nobody reaches by its name any more
 * @throws Node's error of the rename that failed, and what `check` and `record` throw
 */
export async function exchange(
  note: ExchangeNote,
  notes: ExchangeNotes,
  record: () => void,
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const swapping: ExchangeNote = { ...note, phase: 'swapping' };
  notes.put(swapping);
  try {
    for (const swap of note.swaps) await forward(swap);
    await check();
    notes.commit(swapping, record);
  } catch (error) {
    await heal(swapping, notes);
    throw error;
  }
  await heal({ ...note, phase: 'done' }, notes);
}

/** Nothing was exchanged yet: remove what was staged. */
export async function abandon(note: ExchangeNote, notes: ExchangeNotes): Promise<void> {
  await heal({ ...note, phase: 'staging' }, notes);
}

/** Bring what a killed engine left half done to the old state or the new one. What cannot be reached is tried again next time. */
export async function healExchanges(notes: ExchangeNotes): Promise<void> {
  for (const note of notes.list()) await heal(note, notes);
}

async function heal(note: ExchangeNote, notes: ExchangeNotes): Promise<void> {
  try {
    for (const swap of note.swaps.toReversed()) {
      if (!isOurs(swap)) continue;
      // Parents that are gone may be on a disk that is not there now.
      if (note.phase !== 'staging' && !(await exists(dirname(swap.target)))) return;
      if (note.phase === 'swapping') await undo(swap);
      await remove(note.phase === 'done' ? swap.aside : swap.staging);
    }
    if (note.phase !== 'done') for (const folder of note.made.toReversed()) await rmdir(folder).catch(() => undefined);
  } catch {
    return;
  }
  notes.remove(note.id);
}

/** Only what an installation made: the note alone is no reason to touch a folder of the user. */
function isOurs({ staging, aside, target }: Swap): boolean {
  return [aside, ...(staging === undefined ? [] : [staging])].every(
    (path) => basename(path).startsWith(STAGING_PREFIX) && dirname(path) === dirname(target),
  );
}

async function forward({ target, staging, aside, before }: Swap): Promise<void> {
  if (before === 'file') {
    // Two names for one file, so that there is one at every moment; a copy where the file system has no such thing.
    await link(target, aside).catch(() => copyFile(target, aside));
  } else if (before === 'folder') await rename(target, aside);
  else if (before === 'empty-folder') await rmdir(target);
  else if (await exists(target)) throw taken(target);
  if (staging !== undefined) await rename(staging, target);
}

async function undo({ target, staging, aside, before }: Swap): Promise<void> {
  if (before === 'nothing' || before === 'empty-folder') {
    // Staged and not there any more: it was renamed to the target.
    if (staging !== undefined && !(await exists(staging)) && (await exists(target))) await rename(target, staging);
    if (before === 'empty-folder') await mkdir(target, { recursive: true });
    return;
  }
  if (!(await exists(aside))) return;
  if (before === 'folder' && staging !== undefined && (await exists(target))) await rename(target, staging);
  await rename(aside, target);
  // Renaming a file to another name of itself leaves both.
  await remove(aside);
}

async function remove(path: string | undefined): Promise<void> {
  if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

function taken(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} came to be meanwhile`), { code: 'EEXIST', syscall: 'rename', path });
}

import { posix } from 'node:path';
import type { Diagnostic, ExcludedEntry } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import type { GitWorkTree } from '../repository/git-work-tree.ts';
import { PathSet } from '../selection/path-set.ts';
import type { ProjectFile } from '../project/project.ts';

const MAX_NAMED_FILES = 3;
/** Longest path of programs on Windows that do not opt in to longer ones: MAX_PATH. */
const MAX_WINDOWS_PATH_LENGTH = 260;

const SPECIAL_BITS = 0o7000;
const EXECUTE_BITS = 0o111;
const READ_BITS = 0o444;
const READ_WRITE_BITS = 0o666;

/** Warns of modes that get lost: of a file's mode a release has only whether it can be executed. */
export function modeDiagnostics(files: readonly ProjectFile[], platform = process.platform): Diagnostic[] {
  if (platform === 'win32') return [];
  const usual = usualMode(files);
  const lost = files.filter(({ mode }) => isLost(mode, usual));
  const what =
    "that a release cannot carry. Only the execute bit is kept; the installing user's umask decides about the rest";
  return remark(
    lost.map(({ path, mode }) => ({ path, note: (mode & 0o7777).toString(8).padStart(4, '0') })),
    'mode-not-carried',
    (count) => (count === 1 ? `This file has a mode ${what}` : `${count} files have modes ${what}`),
  );
}

/** Most files have the mode that the umask of their author gives them; it says nothing. */
function usualMode(files: readonly ProjectFile[]): number {
  const counts = new Map<number, number>();
  for (const { mode } of files) counts.set(mode & READ_WRITE_BITS, (counts.get(mode & READ_WRITE_BITS) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [0o644, 0])[0];
}

function isLost(mode: number, usual: number): boolean {
  const isExecutable = (mode & EXECUTE_BITS) !== 0;
  const expected = isExecutable ? (mode & READ_BITS) >> 2 : 0;
  return (mode & SPECIAL_BITS) !== 0 || (mode & READ_WRITE_BITS) !== usual || (mode & EXECUTE_BITS) !== expected;
}

/** Warns of paths that many programs on Windows cannot open. */
export function longPathDiagnostics(files: readonly ProjectFile[]): Diagnostic[] {
  const long = files.filter(({ path }) => path.length > MAX_WINDOWS_PATH_LENGTH).map(({ path }) => ({ path }));
  const what = `longer than ${MAX_WINDOWS_PATH_LENGTH} characters, so many programs on Windows cannot open`;
  return remark(long, 'path-long', (count) =>
    count === 1 ? `This path is ${what} it` : `${count} paths are ${what} them`,
  );
}

/** Warns of files that git tracks, but the package manager leaves out because a .gitignore names them. */
export function trackedExcludedDiagnostics(
  excluded: readonly ExcludedEntry[],
  workTree: GitWorkTree | undefined,
): Diagnostic[] {
  const ignored = excluded.filter(({ rule }) => posix.basename(rule.path ?? '') === '.gitignore');
  if (workTree === undefined || ignored.length === 0) return [];
  const tracked = new PathSet(workTree.tracked);
  const lost = ignored.filter(({ path }) =>
    path.endsWith('/') ? tracked.hasBelow(path.slice(0, -1)) : tracked.has(path),
  );
  return remark(
    lost.map(({ path, rule: { path: file = '', line } }) => ({
      path,
      note: line === undefined ? file : `${file}:${line}`,
    })),
    'git-tracked-excluded',
    (count) =>
      count === 1
        ? 'Git tracks this, but it is left out because a .gitignore names it'
        : `Git tracks these ${count}, but they are left out because a .gitignore names them`,
  );
}

/** One diagnostic for all paths: it names the first ones. */
function remark(
  found: readonly { readonly path: string; readonly note?: string }[],
  code: string,
  what: (count: number) => string,
): Diagnostic[] {
  const [first] = found;
  if (first === undefined) return [];
  const named = found.slice(0, MAX_NAMED_FILES).map(({ path, note }) => {
    const shown = escapeInvisibleCharacters(path.length > 80 ? `${path.slice(0, 77)}…` : path);
    return note === undefined ? shown : `${shown} (${note})`;
  });
  const more = found.length > MAX_NAMED_FILES ? ` and ${found.length - MAX_NAMED_FILES} more` : '';
  const message = `${what(found.length)}: ${named.join(', ')}${more}.`;
  return [{ severity: 'warning', code, message, path: first.path.replace(/\/$/, '') }];
}

import { LIMITS } from '../../shared/limits.ts';
import { hasInvisibleCharacter } from './invisible-characters.ts';
import { checkSegment } from './path-segments.ts';

/** A path that must not be written to disk, and the reason. */
export interface PathProblem {
  /** The original path. */
  readonly path: string;
  readonly code: 'path-unsafe' | 'path-collision';
  /** Completes a sentence that starts with the path, for example `is absolute`. */
  readonly reason: string;
}

const RULES: readonly { readonly isViolatedBy: (path: string) => boolean; readonly reason: string }[] = [
  { isViolatedBy: (path) => path === '', reason: 'is empty' },
  // UTF-8 needs at least as many bytes as UTF-16 has units, so this also bounds the work of the rules below.
  {
    isViolatedBy: (path) => path.length > LIMITS.pathLength || Buffer.byteLength(path) > LIMITS.pathLength,
    reason: `is longer than ${LIMITS.pathLength} bytes`,
  },
  { isViolatedBy: (path) => !path.isWellFormed(), reason: 'contains an unpaired surrogate' },
  { isViolatedBy: (path) => /\p{Cc}/u.test(path), reason: 'contains a control character' },
  { isViolatedBy: hasInvisibleCharacter, reason: 'contains an invisible or direction-changing character' },
  {
    isViolatedBy: (path) => path.includes('\ufffd'),
    reason: 'contains the replacement character for undecodable bytes',
  },
  { isViolatedBy: (path) => /^(?:\/\/|\\\\)/.test(path), reason: 'is a network (UNC) path' },
  { isViolatedBy: (path) => path.startsWith('/'), reason: 'is absolute' },
  { isViolatedBy: (path) => /^[A-Za-z]:/.test(path), reason: 'contains a drive name' },
  { isViolatedBy: (path) => path.includes('\\'), reason: 'contains a backslash, which separates folders on Windows' },
  {
    isViolatedBy: (path) => path.split('/').length > LIMITS.pathDepth,
    reason: `is nested more than ${LIMITS.pathDepth} levels deep`,
  },
];

/**
 * Returns why a path (relative, forward slashes) must not be published or installed; undefined if it is valid on all
 * systems.
 *
 * Does not check for links on the way: the writer must create every folder itself.
 */
export function checkPath(path: string): string | undefined {
  const violated = RULES.find((rule) => rule.isViolatedBy(path));
  if (violated !== undefined) return violated.reason;
  for (const segment of path.split('/')) {
    const reason = checkSegment(segment);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * Returns all problems of a tree with files at these paths: unsafe paths, duplicates, and names that are equal on a
 * system that ignores case or Unicode form. At most one problem per path, in the given order. The caller bounds the
 * number of paths.
 */
export function checkTree(paths: Iterable<string>): PathProblem[] {
  const problems: PathProblem[] = [];
  const seen: SeenPaths = new Map();
  for (const path of paths) {
    const unsafe = checkPath(path);
    if (unsafe !== undefined) {
      problems.push({ path, code: 'path-unsafe', reason: unsafe });
      continue;
    }
    const collision = findCollision(path, seen);
    if (collision !== undefined) problems.push({ path, code: 'path-collision', reason: collision });
  }
  return problems;
}

/** By folded path of each file and folder: how it was first written. */
type SeenPaths = Map<string, { readonly path: string; readonly folder: boolean }>;

function findCollision(path: string, seen: SeenPaths): string | undefined {
  const segments = path.split('/');
  let collision: string | undefined;
  let prefix = '';
  let key = '';
  segments.forEach((segment, index) => {
    prefix += (index > 0 ? '/' : '') + segment;
    key += `/${foldCase(segment)}`;
    const folder = index < segments.length - 1;
    const existing = seen.get(key);
    if (existing === undefined) seen.set(key, { path: prefix, folder });
    else collision ??= describeCollision(prefix, folder, existing);
  });
  return collision;
}

function describeCollision(
  prefix: string,
  folder: boolean,
  existing: { readonly path: string; readonly folder: boolean },
): string | undefined {
  if (folder !== existing.folder) return `requires "${prefix}" to be both a file and a folder`;
  if (existing.path === prefix) return folder ? undefined : 'is listed twice';
  return `clashes with "${existing.path}": many systems treat them as the same name`;
}

/**
 * Returns a key that is equal for names which some file system considers equal. Upper-casing first makes `ß` equal `SS`
 * and the long `ſ` equal `s`; the result folds more than any single system does, which is safe.
 */
export function foldCase(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

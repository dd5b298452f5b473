import { LIMITS } from '../../shared/defaults.ts';
import { hasInvisibleCharacter } from './invisible-characters.ts';
import { checkSegment } from './path-segments.ts';

/** A path that must not be written to disk, and why. */
export interface PathProblem {
  /** As it was given. */
  readonly path: string;
  readonly code: 'path-unsafe' | 'path-collision';
  /** The end of a sentence that starts with the path, for example `is absolute`. */
  readonly reason: string;
}

const RULES: readonly { readonly isViolatedBy: (path: string) => boolean; readonly reason: string }[] = [
  { isViolatedBy: (path) => path === '', reason: 'is empty' },
  // UTF-8 never takes fewer bytes than UTF-16 takes units: this also bounds what the rules below look at.
  {
    isViolatedBy: (path) => path.length > LIMITS.pathLength || Buffer.byteLength(path) > LIMITS.pathLength,
    reason: `is longer than ${LIMITS.pathLength} bytes`,
  },
  { isViolatedBy: (path) => !path.isWellFormed(), reason: 'contains an unpaired surrogate' },
  // eslint-disable-next-line no-control-regex -- control characters are what this rule is about
  { isViolatedBy: (path) => /[\u0000-\u001f\u007f-\u009f]/.test(path), reason: 'contains a control character' },
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
 * Why a path (relative, forward slashes) must not be published or installed; undefined if it is safe on every system.
 *
 * It says nothing about links on the way: the writer must create every folder itself.
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
 * All problems of a tree, given the paths of its files: unsafe paths, the same path twice, and names that are one file
 * or folder on a system that ignores case or Unicode form. At most one problem per path, in the order given. Bound the
 * number of paths before calling.
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

/** Folded path of each file and folder so far, with how it was first written. */
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
 * A key that is equal for names which some file system takes for one. It goes through upper case because that is where
 * `ß` meets `SS` and the long `ſ` meets `s`: more is folded than by any one system, which errs on the safe side.
 */
export function foldCase(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

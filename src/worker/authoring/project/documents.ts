import { posix } from 'node:path';
import type { ProjectFile } from './project.ts';

/** In order of preference. */
const EXTENSIONS = ['.md', '.markdown', '.mdx', '.adoc', '.rst', '.txt', ''];

const README_STEMS = ['readme'];
const CHANGELOG_STEMS = ['changelog', 'changes', 'history', 'news'];

/** Finds the README in a folder (empty: the root) by its usual names, ignoring case. */
export function findReadme(files: readonly ProjectFile[], folder: string): string | undefined {
  return findDocument(files, folder, README_STEMS);
}

export function findChangelog(files: readonly ProjectFile[], folder: string): string | undefined {
  return findDocument(files, folder, CHANGELOG_STEMS);
}

function findDocument(files: readonly ProjectFile[], folder: string, stems: readonly string[]): string | undefined {
  const ranked = files
    .filter(({ path }) => posix.dirname(path) === (folder === '' ? '.' : folder))
    .map(({ path }) => ({ path, rank: rankOf(posix.basename(path).toLowerCase(), stems) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank);
  return ranked[0]?.path;
}

/** Position in the order of preference; negative when the file is no such document. */
function rankOf(name: string, stems: readonly string[]): number {
  return stems.flatMap((stem) => EXTENSIONS.map((extension) => stem + extension)).indexOf(name);
}

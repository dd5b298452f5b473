import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { patternsOf } from '../../../ignore/patterns.ts';
import { IgnoreRules } from '../../../ignore/rules.ts';
import { readIgnoreFile } from './ignore-files.ts';

/** How far up a repository is looked for. */
const LEVELS = 64;

/**
 * The rules that hold in a project's root before its own ignore files: those of the git repository around it
 * (`.git/info/exclude` and the .gitignore of each folder above), so that one package of a monorepo is published without
 * what the whole repository ignores. A project that its repository ignores altogether stands for itself.
 *
 * @param root absolute, links resolved
 * @param exclude patterns of the manifest, relative to the root
 */
export async function outerRules(root: string, exclude: readonly string[]): Promise<IgnoreRules> {
  const alone = new IgnoreRules({ git: [], manifest: patternsAt('', exclude), ggen: [] }, '');
  const top = await repositoryOf(root);
  if (top === undefined) return alone;
  const folders = relative(top, root)
    .split(sep)
    .filter((name) => name !== '');
  const base = folders.map((name) => `${name.normalize('NFC')}/`).join('');
  const git = patternsOf((await readIgnoreFile(join(top, '.git', 'info', 'exclude'))) ?? '', '');
  for (let depth = 0; depth < folders.length; depth++) {
    const text = await readIgnoreFile(join(top, ...folders.slice(0, depth), '.gitignore'));
    git.push(...patternsOf(text ?? '', folders.slice(0, depth).join('/')));
  }
  const rules = new IgnoreRules({ git, manifest: patternsAt(base.slice(0, -1), exclude), ggen: [] }, base);
  return base !== '' && rules.ignores('', false) ? alone : rules;
}

function patternsAt(folder: string, patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => patternsOf(pattern, folder));
}

/** The nearest folder, from this one up, that has a `.git`. */
async function repositoryOf(root: string): Promise<string | undefined> {
  let folder = root;
  for (let level = 0; level < LEVELS; level++) {
    const found = await lstat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined) return folder;
    const above = dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
  return undefined;
}

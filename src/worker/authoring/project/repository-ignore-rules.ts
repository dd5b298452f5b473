import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { parsePatterns } from '../../../ignore/ignore-patterns.ts';
import { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { readIgnoreFile } from './read-ignore-file.ts';

/** Parent folders searched for a repository. */
const MAX_PARENT_LEVELS = 64;

/**
 * Returns the rules that apply in a project's root before its own ignore files: those of the enclosing git repository
 * (`.git/info/exclude` and the .gitignore of each parent folder). A package of a monorepo is published without what the
 * whole repository ignores. When the repository ignores the project itself, its rules do not apply.
 *
 * @param root absolute, links resolved
 * @param exclude patterns of the manifest, relative to the root
 */
export async function repositoryIgnoreRules(root: string, exclude: readonly string[]): Promise<IgnoreRules> {
  const standaloneRules = new IgnoreRules({ git: [], manifest: patternsAt('', exclude), ggen: [] }, '');
  const repositoryRoot = await findRepositoryRoot(root);
  if (repositoryRoot === undefined) return standaloneRules;
  const folders = relative(repositoryRoot, root)
    .split(sep)
    .filter((name) => name !== '');
  const base = folders.map((name) => `${name.normalize('NFC')}/`).join('');
  const git = parsePatterns((await readIgnoreFile(join(repositoryRoot, '.git', 'info', 'exclude'))) ?? '', '');
  for (let depth = 0; depth < folders.length; depth++) {
    const text = await readIgnoreFile(join(repositoryRoot, ...folders.slice(0, depth), '.gitignore'));
    git.push(...parsePatterns(text ?? '', folders.slice(0, depth).join('/')));
  }
  const rules = new IgnoreRules({ git, manifest: patternsAt(base.slice(0, -1), exclude), ggen: [] }, base);
  return base !== '' && rules.ignores('', false) ? standaloneRules : rules;
}

function patternsAt(folder: string, patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => parsePatterns(pattern, folder));
}

/** The nearest folder with a `.git`, from this one upwards. */
async function findRepositoryRoot(root: string): Promise<string | undefined> {
  let folder = root;
  for (let level = 0; level < MAX_PARENT_LEVELS; level++) {
    const found = await lstat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined) return folder;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

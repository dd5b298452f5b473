import { join, relative, sep } from 'node:path';
import { parsePattern, parsePatterns } from '../../../ignore/ignore-patterns.ts';
import type { IgnorePattern } from '../../../ignore/ignore-patterns.ts';
import { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import { findRepositoryRoot } from '../repository/repository-root.ts';

/**
 * Returns the rules that apply in a project's root before its own ignore files: those of the enclosing git repository
 * (`.git/info/exclude` and the .gitignore of each parent folder). A package of a monorepo is published without what the
 * whole repository ignores. When the repository ignores the project itself, its rules do not apply.
 *
 * @param root absolute, links resolved
 * @param manifest whose `exclude` applies
 */
export async function repositoryIgnoreRules(root: string, manifest: Manifest | undefined): Promise<IgnoreRules> {
  const standaloneRules = manifestIgnoreRules(manifest);
  const repositoryRoot = await findRepositoryRoot(root);
  if (repositoryRoot === undefined) return standaloneRules;
  const folders = relative(repositoryRoot, root)
    .split(sep)
    .filter((name) => name !== '');
  const base = folders.map((name) => `${name.normalize('NFC')}/`).join('');
  const excludeFile = await readIgnoreFile(join(repositoryRoot, '.git', 'info', 'exclude'));
  const git = parsePatterns(excludeFile ?? '', '', '.git/info/exclude');
  for (let depth = 0; depth < folders.length; depth++) {
    const text = await readIgnoreFile(join(repositoryRoot, ...folders.slice(0, depth), '.gitignore'));
    git.push(...parsePatterns(text ?? '', folders.slice(0, depth).join('/'), '.gitignore'));
  }
  const rules = new IgnoreRules({ git, manifest: excludePatterns(manifest, base), ggen: [] }, base);
  return base !== '' && rules.ignoring('', false) !== undefined ? standaloneRules : rules;
}

/** The rules of the manifest's `exclude` alone. */
export function manifestIgnoreRules(manifest: Manifest | undefined): IgnoreRules {
  return new IgnoreRules({ git: [], manifest: excludePatterns(manifest, ''), ggen: [] }, '');
}

/** @param base path of the project's root from the patterns' root, ending in a slash or empty */
function excludePatterns(manifest: Manifest | undefined, base: string): IgnorePattern[] {
  if (manifest?.exclude === undefined) return [];
  const folder = (base + manifestFolder(manifest)).replace(/\/$/, '');
  return manifest.exclude.flatMap(({ value, line }) =>
    parsePattern({ written: value, file: base + manifest.path, line }, folder),
  );
}

/**
 * What no release contains, whatever the ignore files say; names in lower case.
 *
 * `.vscode` is not among them: shared tasks, launch configurations and settings are part of a project, and who keeps
 * them to himself has them in .gitignore already. Build outputs (`target`, `dist`) are left out where ignore files name
 * them: in other projects a folder of that name is source.
 */
const EXCLUDED_NAMES: ReadonlySet<string> = new Set([
  // version control: its own data, which also holds programs that it runs
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.bzr',
  '_darcs',
  'cvs',
  // dependencies, which their own tool fetches again
  'node_modules',
  // state of editors and systems
  '.idea',
  '.vs',
  '.fleet',
  '.history',
  '.vscode-test',
  '.ds_store',
  'thumbs.db',
  'desktop.ini',
]);

/** Files with which editors remember unsaved changes: of vim (`.a.swp`, `a~`) and Emacs (`#a#`, `.#a`). */
const EDITOR_BACKUP_FILE = /^\..*\.sw[op]$|~$|^#.*#$|^\.#/i;

/** Whether an entry with this name, file or folder, is never published. */
export function isAlwaysExcluded(name: string): boolean {
  return EXCLUDED_NAMES.has(name.toLowerCase()) || EDITOR_BACKUP_FILE.test(name);
}

/** Data of version control, which includes programs (hooks); in lower case. */
const VERSION_CONTROL_NAMES: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.jj', '.bzr', '_darcs', 'cvs']);

/**
 * Names that no release contains, whatever the ignore files say; in lower case.
 *
 * `.vscode` is not among them: shared tasks, launch configurations and settings are part of a project, and .gitignore
 * lists private ones. Build outputs (`target`, `dist`) are left to the ignore files, because in some projects a folder
 * of that name holds sources.
 */
const EXCLUDED_NAMES: ReadonlySet<string> = new Set([
  // dependencies, which a package manager restores
  'node_modules',
  // state of editors and operating systems
  '.idea',
  '.vs',
  '.fleet',
  '.history',
  '.vscode-test',
  '.ds_store',
  'thumbs.db',
  'desktop.ini',
]);

/** Backup and swap files of vim (`.a.swp`, `a~`) and Emacs (`#a#`, `.#a`). */
const EDITOR_BACKUP_FILE = /^\..*\.sw[op]$|~$|^#.*#$|^\.#/i;

/** Whether a file or folder with this name is never published. */
export function isAlwaysExcluded(name: string): boolean {
  return EXCLUDED_NAMES.has(name.toLowerCase()) || isVersionControlData(name) || EDITOR_BACKUP_FILE.test(name);
}

/** Whether a file or folder with this name belongs to a version control system. */
export function isVersionControlData(name: string): boolean {
  return VERSION_CONTROL_NAMES.has(name.toLowerCase());
}

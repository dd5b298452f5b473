import type { Diagnostic } from '../../../shared/model.ts';
import type { GitWorkTree } from '../repository/git-work-tree.ts';
import type { ProjectFile } from '../project/project.ts';

const MAX_NAMED_FILES = 3;

/** Warns of files that are published although no commit has them in this form. */
export function gitDiagnostics(files: readonly ProjectFile[], workTree: GitWorkTree | undefined): Diagnostic[] {
  if (workTree === undefined) return [];
  const { uncommitted, tracked } = workTree;
  const nested = [...uncommitted].filter((path) => path.endsWith('/'));
  const isUncommitted = ({ path }: ProjectFile): boolean =>
    uncommitted.has(path) || nested.some((folder) => path.startsWith(folder));
  const found = files.filter(isUncommitted).map(({ path }) => path);
  const changed = found.filter((path) => tracked.has(path));
  const untracked = found.filter((path) => !tracked.has(path));
  return [
    ...remark(changed, 'git-uncommitted', 'are published with uncommitted changes'),
    ...remark(untracked, 'git-untracked', 'are published but not tracked by git'),
  ];
}

function remark(paths: readonly string[], code: string, what: string): Diagnostic[] {
  const [path] = paths;
  if (path === undefined) return [];
  const named = paths.slice(0, MAX_NAMED_FILES).join(', ');
  const more = paths.length > MAX_NAMED_FILES ? ` and ${paths.length - MAX_NAMED_FILES} more` : '';
  const subject = paths.length === 1 ? 'This file' : `${paths.length} files`;
  const verb = paths.length === 1 ? singular(what) : what;
  return [{ severity: 'warning', code, message: `${subject} ${verb}: ${named}${more}.`, path }];
}

function singular(what: string): string {
  return what.replace(/^are /, 'is ');
}

import type { Files } from '../project-folder.ts';

export interface PythonLayout {
  readonly files: Files;
  /** Whether there is a git repository that tracks all files that are not ignored. */
  readonly git?: boolean;
  /** Folder of the project, below the root. */
  readonly member?: string;
  /** The files of the source distribution, without those that the build tool generates. */
  readonly expected: readonly string[];
}

export const PROJECT =
  '[project]\nname = "case-root"\nversion = "1.0.0"\ndescription = "a case"\nreadme = "README.md"\n';

export function pyproject(backend: string, more = '', project = PROJECT): string {
  return `[build-system]\nrequires = []\nbuild-backend = "${backend}"\n${project}${more}\n`;
}

/** Files that many projects have. */
export const COMMON: Files = {
  'README.md': '',
  LICENSE: '',
  'docs/index.md': '',
  'tests/test_a.py': '',
  'tests/helper.py': '',
  'CHANGELOG.md': '',
};
export const PACKAGE: Files = {
  'case_root/__init__.py': '"""A case."""\n__version__ = "1.0.0"\n',
  'case_root/data.json': '',
  'case_root/sub/__init__.py': '',
  'case_root/sub/b.py': '',
  'case_root/__pycache__/a.cpython-311.pyc': '',
};
export const SRC_PACKAGE: Files = Object.fromEntries(
  Object.entries(PACKAGE).map(([path, text]) => [`src/${path}`, text]),
);

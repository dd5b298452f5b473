import { COMMON, PACKAGE, PROJECT, SRC_PACKAGE, pyproject } from './layout-parts.ts';
import type { PythonLayout } from './layout-parts.ts';

const setuptools = (more = '', project = PROJECT): string => pyproject('setuptools.build_meta', more, project);
const flit = (more = '', project = PROJECT): string => pyproject('flit_core.buildapi', more, project);

/** A license in a table does not replace the usual names of license files. */
const LICENSE_TABLES = Object.fromEntries(
  (
    [
      ['setuptools.build_meta', 'tests/test_a.py'],
      ['flit_core.buildapi', 'case_root/data.json'],
    ] as const
  ).map(([backend, own]): [string, PythonLayout] => [
    `${backend}, with a table of the license`,
    {
      files: {
        'pyproject.toml': pyproject(backend, '', `${PROJECT}license = { file = "mine.txt" }\n`),
        ...COMMON,
        ...PACKAGE,
        'case_root/data.json': '',
        'mine.txt': '',
        AUTHORS: '',
        'NOTICE.txt': '',
        'docs/AUTHORS': '',
      },
      expected: [
        'AUTHORS',
        'LICENSE',
        'NOTICE.txt',
        'README.md',
        'case_root/__init__.py',
        own,
        'case_root/sub/__init__.py',
        'case_root/sub/b.py',
        'mine.txt',
        'pyproject.toml',
      ].toSorted(),
    },
  ]),
);

export const SETUPTOOLS_AND_FLIT_LAYOUTS: Readonly<Record<string, PythonLayout>> = {
  'setuptools, with the flat layout': {
    files: { 'pyproject.toml': setuptools(), ...COMMON, ...PACKAGE, 'case_root/no_init/c.py': '', 'setup.cfg': '' },
    expected: [
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/no_init/c.py',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'pyproject.toml',
      'setup.cfg',
      'tests/test_a.py',
    ],
  },
  'setuptools, with the src layout': {
    files: { 'pyproject.toml': setuptools(), ...COMMON, ...SRC_PACKAGE, 'src/single.py': '', 'conftest.py': '' },
    expected: [
      'LICENSE',
      'README.md',
      'pyproject.toml',
      'src/case_root/__init__.py',
      'src/case_root/sub/__init__.py',
      'src/case_root/sub/b.py',
      'src/single.py',
      'tests/test_a.py',
    ],
  },
  'setuptools, with a MANIFEST.in': {
    files: {
      'pyproject.toml': setuptools(),
      'MANIFEST.in':
        '# comment\ninclude *.md *.txt\nrecursive-include docs *.md\ngraft tests\nexclude CHANGELOG.md\nrecursive-exclude tests helper*\nglobal-exclude *.pyc\nprune case_root/sub\nglobal-include *.json\n',
      ...COMMON,
      ...PACKAGE,
      'docs/deep/a.md': '',
      'docs/a.rst': '',
      'notes.txt': '',
      'tests/__pycache__/a.pyc': '',
    },
    expected: [
      'LICENSE',
      'MANIFEST.in',
      'README.md',
      'case_root/__init__.py',
      'case_root/data.json',
      'docs/deep/a.md',
      'docs/index.md',
      'notes.txt',
      'pyproject.toml',
      'tests/test_a.py',
    ],
  },
  'setuptools, with packages.find and package data': {
    files: {
      'pyproject.toml': setuptools(
        '[tool.setuptools]\nlicense-files = ["legal/*.txt"]\n[tool.setuptools.packages.find]\nwhere = ["lib"]\ninclude = ["case_root*"]\nexclude = ["*.sub"]\n[tool.setuptools.package-dir]\n"" = "lib"\n[tool.setuptools.package-data]\ncase_root = ["*.json"]',
      ),
      ...COMMON,
      ...Object.fromEntries(Object.entries(PACKAGE).map(([path, text]) => [`lib/${path}`, text])),
      'lib/other/__init__.py': '',
      'legal/a.txt': '',
    },
    expected: [
      'README.md',
      'legal/a.txt',
      'lib/case_root/__init__.py',
      'lib/case_root/data.json',
      'pyproject.toml',
      'tests/test_a.py',
    ],
  },
  'setuptools, with lists': {
    files: {
      'pyproject.toml': setuptools('[tool.setuptools]\npackages = ["case_root"]\npy-modules = ["single"]'),
      ...COMMON,
      ...PACKAGE,
      'single.py': '',
      'other.py': '',
    },
    expected: ['LICENSE', 'README.md', 'case_root/__init__.py', 'pyproject.toml', 'single.py', 'tests/test_a.py'],
  },
  'setuptools, with namespaces off': {
    files: {
      'pyproject.toml': setuptools(
        '[tool.setuptools.packages.find]\nnamespaces = false\nexclude = ["tests*", "docs*"]',
      ),
      ...COMMON,
      ...PACKAGE,
      'case_root/no_init/c.py': '',
      'loose/d.py': '',
    },
    expected: [
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'pyproject.toml',
      'tests/test_a.py',
    ],
  },
  ...LICENSE_TABLES,
  'setuptools, with types': {
    files: {
      'pyproject.toml': setuptools(
        '[tool.setuptools]\npackages = ["case_root"]\n[tool.setuptools.exclude-package-data]\ncase_root = ["no.pyi"]',
      ),
      ...COMMON,
      ...PACKAGE,
      'case_root/py.typed': '',
      'case_root/a.pyi': '',
      'case_root/no.pyi': '',
      'case_root/sub/py.typed': '',
      'case_root/data/deep.pyi': '',
      'top.pyi': '',
      'py.typed': '',
    },
    expected: [
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/a.pyi',
      'case_root/py.typed',
      'pyproject.toml',
      'tests/test_a.py',
    ],
  },
  'flit, with defaults': {
    files: { 'pyproject.toml': flit(), ...COMMON, ...PACKAGE, '.gitignore': '*.json\n' },
    expected: [
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/data.json',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'pyproject.toml',
    ],
  },
  'flit, with a module and lists': {
    files: {
      'pyproject.toml': flit(
        '[tool.flit.module]\nname = "other"\n[tool.flit.sdist]\ninclude = ["docs/", "*.md", "tests/**/test_*.py"]\nexclude = ["docs/draft/", "src/other/*.bin"]',
      ),
      ...COMMON,
      'src/other/__init__.py': '"""A case."""\n__version__ = "1.0.0"\n',
      'src/other/a.bin': '',
      'docs/draft/a.md': '',
      'docs/.hidden': '',
      '.hidden.md': '',
    },
    expected: [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'docs/.hidden',
      'docs/index.md',
      'pyproject.toml',
      'src/other/__init__.py',
      'tests/test_a.py',
    ],
  },
  'flit, with data and one module file': {
    files: {
      'pyproject.toml': flit('[tool.flit.external-data]\ndirectory = "data"'),
      'README.md': '',
      'case_root.py': '"""A case."""\n__version__ = "1.0.0"\n',
      'data/share/a': '',
      'LICENSE.txt': '',
    },
    expected: ['LICENSE.txt', 'README.md', 'case_root.py', 'data/share/a', 'pyproject.toml'],
  },
};

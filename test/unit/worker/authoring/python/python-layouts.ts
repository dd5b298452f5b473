import { COMMON, PACKAGE, PROJECT, SRC_PACKAGE, pyproject } from './layout-parts.ts';
import type { PythonLayout } from './layout-parts.ts';
import { SETUPTOOLS_AND_FLIT_LAYOUTS } from './setuptools-layouts.ts';

const hatch = (more = '', project = PROJECT): string => pyproject('hatchling.build', more, project);
const poetry = (more = '', project = PROJECT): string => pyproject('poetry.core.masonry.api', more, project);

export const PYTHON_LAYOUTS: Readonly<Record<string, PythonLayout>> = {
  'hatch, with defaults': {
    files: {
      'pyproject.toml': hatch(),
      ...COMMON,
      ...PACKAGE,
      '.gitignore': '*.log\n/out/\n',
      'a.log': '',
      'out/a': '',
      'docs/.gitignore': '*.html\n',
      'docs/a.html': '',
      'dist/old.tar.gz': '',
      '.venv/a.py': '',
      '.github/ci.yml': '',
    },
    expected: [
      '.github/ci.yml',
      '.gitignore',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/data.json',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'docs/.gitignore',
      'docs/a.html',
      'docs/index.md',
      'pyproject.toml',
      'tests/helper.py',
      'tests/test_a.py',
    ],
  },
  'hatch, with include and exclude': {
    files: {
      'pyproject.toml': hatch(
        '[tool.hatch.build.targets.sdist]\ninclude = ["case_root/**/*.py", "/docs", "*.log"]\nexclude = ["sub"]\nartifacts = ["gen.log"]',
      ),
      ...COMMON,
      ...PACKAGE,
      'case_root/gen.log': '',
      'case_root/other.log': '',
      '.gitignore': '*.log\n',
    },
    expected: [
      '.gitignore',
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/gen.log',
      'docs/index.md',
      'pyproject.toml',
    ],
  },
  'hatch, with options for all targets': {
    files: {
      'pyproject.toml': hatch('[tool.hatch.build]\nexclude = ["tests", "!tests/helper.py"]\nignore-vcs = true'),
      ...COMMON,
      ...PACKAGE,
      '.gitignore': '*.log\n',
      'a.log': '',
    },
    expected: [
      '.gitignore',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'a.log',
      'case_root/__init__.py',
      'case_root/data.json',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'docs/index.md',
      'pyproject.toml',
      'tests/helper.py',
    ],
  },
  'hatch, with only-include and force-include': {
    files: {
      'pyproject.toml': hatch(
        '[tool.hatch.build.targets.sdist]\nonly-include = ["src", "CHANGELOG.md"]\n[tool.hatch.build.targets.sdist.force-include]\n"docs/index.md" = "docs/index.md"',
      ),
      ...COMMON,
      ...SRC_PACKAGE,
    },
    expected: [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'docs/index.md',
      'pyproject.toml',
      'src/case_root/__init__.py',
      'src/case_root/data.json',
      'src/case_root/sub/__init__.py',
      'src/case_root/sub/b.py',
    ],
  },
  'hatch, in a repository with the ignore file above': {
    files: {
      '.gitignore': '*.log\n',
      'member/pyproject.toml': hatch(),
      'member/README.md': '',
      'member/case_root/__init__.py': '',
      'member/a.log': '',
    },
    git: true,
    member: 'member',
    expected: ['.gitignore', 'README.md', 'case_root/__init__.py', 'pyproject.toml'],
  },
  'hatch, with packages': {
    files: {
      'pyproject.toml': hatch('[tool.hatch.build.targets.sdist]\npackages = ["case_root"]'),
      ...COMMON,
      ...PACKAGE,
    },
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
  'poetry, with defaults': {
    files: { 'pyproject.toml': poetry(), ...COMMON, ...PACKAGE, '.gitignore': '*.json\n', 'COPYING.txt': '' },
    git: true,
    expected: [
      'COPYING.txt',
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/sub/__init__.py',
      'case_root/sub/b.py',
      'pyproject.toml',
    ],
  },
  'poetry, with the src layout and its own table': {
    files: {
      'pyproject.toml': poetry(
        '',
        '[tool.poetry]\nname = "case-root"\nversion = "1.0.0"\ndescription = "x"\nauthors = []\nreadme = "README.md"\nexclude = ["src/case_root/sub/*.py"]\n',
      ),
      ...COMMON,
      ...SRC_PACKAGE,
    },
    expected: ['LICENSE', 'README.md', 'pyproject.toml', 'src/case_root/__init__.py', 'src/case_root/data.json'],
  },
  'poetry, with include, exclude and packages': {
    files: {
      'pyproject.toml': poetry(
        '[tool.poetry]\npackages = [{ include = "case_root" }, { include = "extra", from = "lib" }, { include = "wheel_only", format = "wheel" }]\n' +
          'include = [{ path = "tests", format = "sdist" }, "CHANGELOG.md", { path = "case_root/gen.py", format = ["sdist", "wheel"] }, { path = "docs", format = "wheel" }]\n' +
          'exclude = ["case_root/sub/b.py", "tests/helper.py"]',
      ),
      ...COMMON,
      ...PACKAGE,
      'lib/extra/__init__.py': '',
      'wheel_only/__init__.py': '',
      'case_root/gen.py': '',
      'case_root/other_gen.py': '',
      '.gitignore': '*gen.py\n',
    },
    git: true,
    expected: [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'case_root/__init__.py',
      'case_root/data.json',
      'case_root/gen.py',
      'case_root/sub/__init__.py',
      'lib/extra/__init__.py',
      'pyproject.toml',
      'tests/helper.py',
      'tests/test_a.py',
    ],
  },
  ...SETUPTOOLS_AND_FLIT_LAYOUTS,
};

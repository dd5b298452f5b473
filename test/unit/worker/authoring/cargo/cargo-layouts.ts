import type { Files } from '../project-folder.ts';

export interface CargoLayout {
  readonly files: Files;
  /** Symbolic links by path, with their targets. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files that git tracks; absent without a repository. `*` for all that no ignore file names. */
  readonly tracked?: readonly string[];
  /** Folder of the package, below the root. */
  readonly member?: string;
  /** What `cargo package --list` lists, without the files that Cargo generates. */
  readonly expected: readonly string[];
}

/** A Cargo.toml with further lines in `[package]`. */
function manifest(lines = '', name = 'case-root'): string {
  return `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\ndescription = "a case"\nlicense = "MIT"\n${lines}\n`;
}

export const CARGO_LAYOUTS: Readonly<Record<string, CargoLayout>> = {
  'without git': {
    files: {
      'Cargo.toml': manifest(),
      'src/lib.rs': '',
      'src/.hidden.rs': '',
      'README.md': '',
      '.gitignore': '*.log\n',
      '.github/workflows/ci.yml': '',
      'a.log': '',
      'target/debug/out': '',
      'sub/target/kept': '',
      'node_modules/x/index.js': '',
    },
    expected: ['Cargo.toml', 'README.md', 'a.log', 'node_modules/x/index.js', 'src/lib.rs', 'sub/target/kept'],
  },
  'with git, tracked and untracked, ignored and not': {
    files: {
      'Cargo.toml': manifest(),
      'src/lib.rs': '',
      'src/new.rs': '',
      '.gitignore': 'target\n*.log\n/ignored\n',
      '.github/ci.yml': '',
      'kept.log': '',
      'lost.log': '',
      'ignored/a': '',
      'sub/.gitignore': '!b.log\n*.tmp\n',
      'sub/b.log': '',
      'sub/c.tmp': '',
      'target/debug/out': '',
    },
    tracked: ['Cargo.toml', 'src/lib.rs', '.gitignore', '.github/ci.yml', 'kept.log'],
    expected: [
      '.github/ci.yml',
      '.gitignore',
      'Cargo.toml',
      'kept.log',
      'src/lib.rs',
      'src/new.rs',
      'sub/.gitignore',
      'sub/b.log',
    ],
  },
  'a repository that does not track the manifest': {
    files: { 'Cargo.toml': manifest(), 'src/lib.rs': '', '.gitignore': '*.log\n', 'a.log': '', 'docs/a.md': '' },
    tracked: ['src/lib.rs'],
    expected: ['Cargo.toml', 'a.log', 'docs/a.md', 'src/lib.rs'],
  },
  include: {
    files: {
      'Cargo.toml': manifest('include = ["/src", "*.md", "!src/gen.rs", "benches/*.rs", "data/**", ".hidden"]'),
      'src/lib.rs': '',
      'src/gen.rs': '',
      'src/deep/target/a.rs': '',
      'benches/a.rs': '',
      'benches/sub/b.rs': '',
      'data/a/b.bin': '',
      'docs/a.md': '',
      'docs/a.txt': '',
      '.hidden': '',
      'sub/.hidden': '',
      'ignored/a.md': '',
      '.gitignore': 'ignored\n',
      'target/a.md': '',
      LICENSE: '',
    },
    tracked: ['*'],
    expected: [
      '.hidden',
      'Cargo.toml',
      'benches/a.rs',
      'data/a/b.bin',
      'docs/a.md',
      'ignored/a.md',
      'src/deep/target/a.rs',
      'src/lib.rs',
      'sub/.hidden',
    ],
  },
  'include and exclude': {
    files: {
      'Cargo.toml': manifest('include = ["src/**/*.rs", "{a,b}.txt", "[cd].txt"]\nexclude = ["src/gen.rs"]'),
      'src/lib.rs': '',
      'src/gen.rs': '',
      'src/a.bin': '',
      'a.txt': '',
      'b.txt': '',
      'c.txt': '',
      'e.txt': '',
      'sub/a.txt': '',
    },
    expected: ['Cargo.toml', 'a.txt', 'b.txt', 'c.txt', 'src/gen.rs', 'src/lib.rs', 'sub/a.txt'],
  },
  'exclude, with git': {
    files: {
      'Cargo.toml': manifest(
        'exclude = ["/tests", "*.bin", "fixtures/", "docs/*", "!docs/keep.md", "assets", "!assets/keep.png"]',
      ),
      'src/lib.rs': '',
      'src/tests/a.rs': '',
      'tests/a.rs': '',
      'a.bin': '',
      'src/a.bin': '',
      'src/fixtures/a': '',
      fixtures: '',
      'docs/keep.md': '',
      'docs/a.md': '',
      'assets/keep.png': '',
      'assets/a.png': '',
      '.hidden': '',
    },
    tracked: ['*'],
    expected: ['.hidden', 'Cargo.toml', 'assets/keep.png', 'docs/keep.md', 'fixtures', 'src/lib.rs', 'src/tests/a.rs'],
  },
  'exclude, without git': {
    files: {
      'Cargo.toml': manifest('exclude = ["/tests", "assets", "!assets/keep.png", "!.keep", "*.md"]'),
      'src/lib.rs': '',
      'tests/a.rs': '',
      'assets/keep.png': '',
      '.keep': '',
      '.hidden': '',
      'README.md': '',
      'NOTES.md': '',
    },
    expected: ['.keep', 'Cargo.toml', 'README.md', 'src/lib.rs'],
  },
  'README and license file outside of the lists': {
    files: {
      'Cargo.toml': manifest(
        'include = ["/src"]\nreadme = "docs/intro.md"\nlicense-file = "legal/LICENSE.txt"',
      ).replace('license = "MIT"\n', ''),
      'src/lib.rs': '',
      'docs/intro.md': '',
      'docs/other.md': '',
      'legal/LICENSE.txt': '',
      'README.md': '',
      LICENSE: '',
    },
    expected: ['Cargo.toml', 'docs/intro.md', 'legal/LICENSE.txt', 'src/lib.rs'],
  },
  'readme = false': {
    files: { 'Cargo.toml': manifest('readme = false\ninclude = ["/src"]'), 'src/lib.rs': '', 'README.md': '' },
    expected: ['Cargo.toml', 'src/lib.rs'],
  },
  'packages below the package': {
    files: {
      'Cargo.toml': manifest(),
      'src/lib.rs': '',
      'helper/Cargo.toml': manifest('', 'helper'),
      'helper/src/lib.rs': '',
      'tests/fixture/Cargo.toml': '',
      'tests/fixture/a.rs': '',
      'tests/a.rs': '',
    },
    tracked: ['*'],
    expected: ['Cargo.toml', 'src/lib.rs', 'tests/a.rs'],
  },
  'packages below a package with include': {
    files: {
      'Cargo.toml': manifest('include = ["**/*.rs"]'),
      'src/lib.rs': '',
      'helper/Cargo.toml': manifest('', 'helper'),
      'helper/src/lib.rs': '',
    },
    expected: ['Cargo.toml', 'src/lib.rs'],
  },
  'the root of a workspace': {
    files: {
      'Cargo.toml': `${manifest()}[workspace]\nmembers = ["a"]\n`,
      'src/lib.rs': '',
      'a/Cargo.toml': manifest('', 'a'),
      'a/src/lib.rs': '',
      'docs/a.md': '',
      '.gitignore': 'target\n',
    },
    tracked: ['*'],
    expected: ['.gitignore', 'Cargo.toml', 'docs/a.md', 'src/lib.rs'],
  },
  'a member with the README and the license of its workspace': {
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/a"]\nresolver = "2"\n',
      'README.md': '',
      LICENSE: '',
      '.gitignore': '*.log\n',
      'crates/a/Cargo.toml': manifest('readme = "../../README.md"\nlicense-file = "../../LICENSE"', 'a').replace(
        'license = "MIT"\n',
        '',
      ),
      'crates/a/src/lib.rs': '',
      'crates/a/a.log': '',
    },
    member: 'crates/a',
    tracked: ['*'],
    expected: ['Cargo.toml', 'LICENSE', 'README.md', 'src/lib.rs'],
  },
  'a member that inherits the README and the license file of its workspace': {
    files: {
      'Cargo.toml':
        '[workspace]\nmembers = ["a"]\nresolver = "2"\n[workspace.package]\nreadme = "docs/intro.md"\nlicense-file = "LICENSE"\n',
      'docs/intro.md': '',
      LICENSE: '',
      'a/Cargo.toml': manifest('readme.workspace = true\nlicense-file.workspace = true', 'a').replace(
        'license = "MIT"\n',
        '',
      ),
      'a/src/lib.rs': '',
    },
    member: 'a',
    tracked: ['*'],
    expected: ['Cargo.toml', 'LICENSE', 'intro.md', 'src/lib.rs'],
  },
  'an ignored lock file, and a tracked target': {
    files: {
      'Cargo.toml': manifest(),
      'Cargo.lock': 'version = 4\n\n[[package]]\nname = "case-root"\nversion = "1.0.0"\n',
      'src/lib.rs': '',
      'src/target/a.rs': '',
      'target/tracked': '',
      '.gitignore': 'Cargo.lock\n',
    },
    tracked: ['Cargo.toml', 'src/lib.rs', 'src/target/a.rs', 'target/tracked', '.gitignore'],
    expected: ['.gitignore', 'Cargo.lock', 'Cargo.toml', 'src/lib.rs', 'src/target/a.rs', 'target/tracked'],
  },
  links: {
    files: { 'Cargo.toml': manifest(), 'src/lib.rs': '', 'shared/a.txt': '', 'README.md': '' },
    links: { 'alias.md': 'README.md', 'src/shared': '../shared' },
    tracked: ['*'],
    expected: ['Cargo.toml', 'README.md', 'alias.md', 'shared/a.txt', 'src/lib.rs', 'src/shared/a.txt'],
  },
};

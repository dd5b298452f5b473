import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A project as its author has it on the disk, and what of it is installed elsewhere. */
export interface Layout {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Files on which an execute bit is set. */
  readonly executables?: readonly string[];
  /** Targets by path of a link. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files that git tracks; makes the project a repository. */
  readonly tracked?: readonly string[];
  /** Executable files in git's index, where git is told not to trust the disk. */
  readonly indexExecutables?: readonly string[];
  /** Folder of the project in the repository; the root when absent. */
  readonly member?: string;
  /** Files that are not published. */
  readonly leftOut?: readonly string[];
  /** Files behind links: path in the release, and path of the file itself in the repository. */
  readonly linked?: Readonly<Record<string, string>>;
}

const gpack = (name: string): string =>
  `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "1.0.0"\ndescription = "A layout"\nlicense = "MIT"\nggen_compat = ">=1"\n`;
const npm = (name: string, fields: object): string =>
  JSON.stringify({ name, version: '1.0.0', license: 'MIT', description: 'A layout', ...fields });
const noise = (size: number, seed: number): Uint8Array =>
  new Uint8Array(size).map((_, index) => (index * 31 + (index >> 8) * seed) % 251);

export const LAYOUTS: Readonly<Record<string, Layout>> = {
  'scripts beside sources': {
    files: { 'gpack.toml': gpack('l1'), 'README.md': '#', 'bin/run.sh': '#!/bin/sh\n', 'src/a.ts': 'a', install: 'x' },
    executables: ['bin/run.sh', 'install'],
  },
  'deep folders and names in many scripts': {
    files: {
      'gpack.toml': gpack('l2'),
      'a/b/c/d/e/f/g/h/deep.txt': 'deep',
      'ünï cödé/名前 (1).md': 'x',
      'sp ace/-dash/&and.txt': 'y',
      'UPPER/lower/MiXed.TXT': 'z',
    },
    executables: ['ünï cödé/名前 (1).md'],
  },
  'empty, binary and text files with every line end': {
    files: {
      'gpack.toml': gpack('l3'),
      empty: '',
      'empty.sh': '',
      'crlf.txt': 'a\r\nb\r\n',
      'cr.txt': 'a\rb',
      'bom.txt': '\ufeffx\n',
      'all.bin': new Uint8Array(256).map((_, index) => index),
    },
    executables: ['empty.sh'],
  },
  'large files of several blocks': {
    files: {
      'gpack.toml': gpack('l4'),
      'tool.bin': noise(3_500_000, 7),
      'same.bin': noise(3_500_000, 7),
      'exact.bin': noise(1024 * 1024, 3),
      'over.bin': noise(1024 * 1024 + 1, 3),
    },
    executables: ['tool.bin', 'exact.bin'],
  },
  'an npm package with a list of files and a built command': {
    files: {
      'package.json': npm('l5', { files: ['dist'], bin: { l5: 'dist/cli.js' }, main: 'dist/index.js' }),
      'README.md': '#',
      '.gitignore': 'dist\n',
      'dist/cli.js': '#!/usr/bin/env node\n',
      'dist/index.js': '',
      'src/index.ts': '',
    },
    executables: ['dist/cli.js'],
    leftOut: ['.gitignore', 'src/index.ts'],
  },
  'an npm package with .npmignore': {
    files: {
      'package.json': npm('l6', {}),
      '.npmignore': 'test\n*.log\n',
      'index.js': '',
      'scripts/post.sh': '#!/bin/sh\n',
      'test/a.js': '',
      'x.log': '',
    },
    executables: ['scripts/post.sh', 'x.log'],
    leftOut: ['.npmignore', 'test/a.js', 'x.log'],
  },
  'a member of a workspace of Cargo with the license of its root': {
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/one"]\n',
      'LICENSE-MIT': 'MIT',
      'crates/one/Cargo.toml': '[package]\nname = "l7"\nversion = "1.0.0"\nlicense = "MIT"\ndescription = "A layout"\n',
      'crates/one/src/lib.rs': '',
    },
    links: { 'crates/one/LICENSE-MIT': '../../LICENSE-MIT' },
    tracked: ['.'],
    member: 'crates/one',
    linked: { 'LICENSE-MIT': 'LICENSE-MIT' },
  },
  'a Python project with scripts': {
    files: {
      'pyproject.toml': '[project]\nname = "l8"\nversion = "1.0.0"\ndescription = "A layout"\nlicense = "MIT"\n',
      'README.md': '#',
      'src/l8/__init__.py': '',
      'scripts/run.py': '#!/usr/bin/env python3\n',
    },
    executables: ['scripts/run.py'],
  },
  'a work tree whose index tells the modes': {
    files: { 'gpack.toml': gpack('l9'), 'run.sh': '', 'plain.txt': '', 'sub/other.sh': '' },
    executables: ['plain.txt'],
    tracked: ['.'],
    indexExecutables: ['run.sh', 'sub/other.sh'],
  },
  'links to files, folders and other links': {
    files: { 'gpack.toml': gpack('l10'), 'tools/a.sh': 'a', 'tools/deep/b': 'b', 'docs/x.md': 'x' },
    executables: ['tools/a.sh'],
    links: { run: 'tools/a.sh', bin: 'tools', chain: 'bin/deep', 'docs/up': '..', out: '/', lost: 'nothing' },
    linked: {
      run: 'tools/a.sh',
      'bin/a.sh': 'tools/a.sh',
      'bin/deep/b': 'tools/deep/b',
      'chain/b': 'tools/deep/b',
    },
  },
  'many files in one folder, each third executable': {
    files: {
      'gpack.toml': gpack('l11'),
      ...Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`many/file-${index}`, `content ${index % 50}`])),
    },
    executables: Array.from({ length: 200 }, (_, index) => `many/file-${index * 3}`),
  },
  'a member of an npm workspace with shared sources and tracked fixtures': {
    files: {
      'package.json': npm('root', { private: true, workspaces: ['packages/*'] }),
      LICENSE: 'MIT',
      'shared/util.js': 'u',
      'shared/run.sh': '#!/bin/sh\n',
      'packages/a/package.json': npm('l12', {}),
      'packages/a/index.js': '',
      'packages/a/test/node_modules/dep/index.js': 'fixture',
    },
    executables: ['shared/run.sh'],
    links: { 'packages/a/LICENSE': '../../LICENSE', 'packages/a/src': '../../shared' },
    tracked: ['.'],
    member: 'packages/a',
    linked: { LICENSE: 'LICENSE', 'src/util.js': 'shared/util.js', 'src/run.sh': 'shared/run.sh' },
  },
};

/** Writes the repository of a layout. */
export async function writeLayout(
  root: string,
  { files, executables = [], links = {}, tracked = [], indexExecutables }: Layout,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  for (const path of executables) await chmod(join(root, path), 0o755);
  for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
  const git = (...command: readonly string[]): unknown => execFileSync('git', command, { cwd: root, stdio: 'pipe' });
  if (tracked.length > 0) {
    git('init', '-q');
    git('add', '-f', ...tracked);
  }
  if (indexExecutables === undefined) return;
  git('config', 'core.fileMode', 'false');
  git('update-index', '--chmod=-x', ...executables);
  git('update-index', '--chmod=+x', ...indexExecutables);
}

/** Writes what is installed elsewhere. Returns which of these files are executable, sorted. */
export async function writeExpected(root: string, to: string, layout: Layout): Promise<string[]> {
  const { files, member, leftOut = [], linked = {}, executables = [], indexExecutables = executables } = layout;
  const prefix = member === undefined ? '' : `${member}/`;
  const own = Object.keys(files)
    .filter((path) => path.startsWith(prefix) && !leftOut.includes(path))
    .map((path) => [path.slice(prefix.length), path] as const);
  const all = [...own, ...Object.entries(linked)];
  for (const [path, source] of all) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(root, source), join(to, path));
  }
  return all
    .filter(([, source]) => indexExecutables.includes(source))
    .map(([path]) => path)
    .sort();
}

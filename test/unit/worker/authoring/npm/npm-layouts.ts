import type { Files } from '../project-folder.ts';

/** A project and the folder in it that is published. */
export interface NpmLayout {
  readonly files: Files;
  readonly member?: string;
  /** Links to make, by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files behind these links, which npm leaves out. */
  readonly linked?: readonly string[];
}

const manifest = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ name: 'layout', version: '1.0.0', ...fields });

const COMMON: Files = { 'README.md': '#', LICENSE: 'MIT', 'src/index.ts': '', 'test/a.js': '', 'notes.txt': '' };

/** Layouts of npm projects; the expected files are what npm itself lists. */
export const NPM_LAYOUTS: Readonly<Record<string, NpmLayout>> = {
  'no list at all': {
    files: {
      ...COMMON,
      'package.json': manifest(),
      '.npmrc': '',
      'package-lock.json': '{}',
      'a.orig': '',
      'sub/.DS_Store': '',
    },
  },
  'a .gitignore only, in two folders': {
    files: {
      ...COMMON,
      'package.json': manifest({ main: 'dist/index.js' }),
      '.gitignore': 'dist\n*.log\nnode_modules\n',
      'sub/.gitignore': '!kept.log\nsecret\n',
      'sub/kept.log': '',
      'sub/secret': '',
      'x.log': '',
      'dist/index.js': '',
      'dist/other.js': '',
      'node_modules/dep/index.js': '',
    },
  },
  'files and an ignored dist': {
    files: {
      ...COMMON,
      'package.json': manifest({ files: ['dist'], main: 'dist/index.js', bin: { layout: 'dist/cli.js' } }),
      '.gitignore': 'dist\nnode_modules\n',
      '.npmignore': 'notes.txt\n',
      'dist/index.js': '',
      'dist/cli.js': '#!/usr/bin/env node\n',
      'dist/deep/a.map': '',
    },
  },
  '.npmignore in place of .gitignore': {
    files: {
      ...COMMON,
      'package.json': manifest(),
      '.gitignore': 'lib\n',
      '.npmignore': 'test\n*.txt\n!notes.txt\n',
      'lib/a.js': '',
    },
  },
  'files with globs, negations and leading dots': {
    files: {
      ...COMMON,
      'package.json': manifest({
        files: ['./lib/', 'src/**/*.ts', '!src/**/*.test.ts', 'bin/*', '/data.json', '*.css'],
      }),
      'lib/a.js': '',
      'lib/.hidden': '',
      'src/a.test.ts': '',
      'src/deep/b.ts': '',
      'bin/run': '',
      'bin/sub/x': '',
      'data.json': '',
      'sub/data.json': '',
      'a.css': '',
      'sub/b.css': '',
    },
  },
  'files with an ignore file inside': {
    files: {
      ...COMMON,
      'package.json': manifest({ files: ['dist'] }),
      'dist/.npmignore': '*.map\n',
      'dist/a.js': '',
      'dist/a.map': '',
      'dist/sub/.gitignore': '*.tmp\n',
      'dist/sub/b.tmp': '',
    },
  },
  'bin, browser and main outside of files': {
    files: {
      ...COMMON,
      'package.json': manifest({ files: ['lib'], bin: 'cli.js', browser: './web.js', main: 'entry.cjs' }),
      'cli.js': '',
      'web.js': '',
      'entry.cjs': '',
      'lib/a.js': '',
    },
  },
  'README and license in many spellings': {
    files: {
      'package.json': manifest({ files: ['lib'] }),
      'readme.markdown': '',
      'LICENCE.txt': '',
      'License-MIT': '',
      COPYING: '',
      'CHANGELOG.md': '',
      'HISTORY.md': '',
      'lib/README.md': '',
      'docs/README.md': '',
    },
  },
  'bundled dependencies': {
    files: {
      ...COMMON,
      'package.json': manifest({
        files: ['lib'],
        dependencies: { bundled: '1.0.0', other: '1.0.0' },
        bundleDependencies: ['bundled'],
      }),
      'lib/a.js': '',
      'node_modules/bundled/package.json': '{"name":"bundled","version":"1.0.0","dependencies":{"inner":"1.0.0"}}',
      'node_modules/bundled/index.js': '',
      'node_modules/inner/package.json': '{"name":"inner","version":"1.0.0","files":["a.js"]}',
      'node_modules/inner/a.js': '',
      'node_modules/inner/b.js': '',
      'node_modules/other/package.json': '{"name":"other","version":"1.0.0"}',
    },
  },
  'the root of a workspace': {
    files: {
      ...COMMON,
      'package.json': manifest({ workspaces: ['packages/*', 'tools/one'] }),
      '.gitignore': 'out\n',
      'packages/a/package.json': '{"name":"a","version":"1.0.0","files":["lib"]}',
      'packages/a/lib/x.js': '',
      'packages/a/src/x.ts': '',
      'packages/a/out/y.js': '',
      'tools/one/package.json': '{"name":"one","version":"1.0.0"}',
      'tools/one/run.js': '',
    },
  },
  'a member of a workspace': {
    files: {
      'package.json': manifest({ workspaces: { packages: ['packages/**', '!packages/b'] } }),
      '.gitignore': 'out\n*.secret\n',
      'packages/.npmignore': '*.local\n',
      'packages/a/package.json': '{"name":"a","version":"1.0.0"}',
      'packages/a/index.js': '',
      'packages/a/out/y.js': '',
      'packages/a/x.secret': '',
      'packages/a/x.local': '',
      'packages/b/package.json': '{"name":"b","version":"1.0.0"}',
    },
    member: 'packages/a',
  },
  'a member that its workspace does not list': {
    files: {
      'package.json': manifest({ workspaces: ['packages/*', '!packages/b'] }),
      '.gitignore': 'out\n*.secret\n',
      'packages/b/package.json': '{"name":"b","version":"1.0.0"}',
      'packages/b/x.secret': '',
    },
    member: 'packages/b',
  },
  'links, and names that begin with @': {
    files: { ...COMMON, 'package.json': manifest({ files: ['@scope', 'lib'] }), '@scope/a.js': '', 'lib/real.js': '' },
    links: { 'lib/link.js': 'real.js', 'lib/folder': '../src', outside: '..' },
    linked: ['lib/folder/index.ts', 'lib/link.js'],
  },
  'a folder of commands, beside files': {
    files: {
      ...COMMON,
      'package.json': manifest({ files: ['lib'], directories: { bin: './cmds/' } }),
      'cmds/one': '',
      'cmds/sub/two.js': '',
      'cmds/.hidden': '',
      'cmds/.sub/three': '',
      'lib/a.js': '',
    },
  },
  'a folder of commands that an ignore file names': {
    files: {
      ...COMMON,
      'package.json': manifest({ directories: { bin: 'cmds' } }),
      '.npmignore': 'one\n*.js\n',
      'cmds/one': '',
      'cmds/sub/two.js': '',
    },
  },
  'a folder of commands beside `bin`, which counts alone': {
    files: {
      ...COMMON,
      'package.json': manifest({ files: ['lib'], bin: 'a.js', directories: { bin: 'cmds' } }),
      'a.js': '',
      'cmds/one': '',
    },
  },
  'a folder of commands that does not exist': {
    files: { ...COMMON, 'package.json': manifest({ files: ['src'], directories: { bin: '../gone' } }) },
  },
  'files that is no list, but false': { files: { ...COMMON, 'package.json': manifest({ files: false }) } },
  'editor state and backups': {
    files: {
      ...COMMON,
      'package.json': manifest(),
      '.idea/x.xml': '',
      'a.js~': '',
      '.a.swp': '',
      'CVS/x': '',
      '._x': '',
    },
  },
};

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipIf, skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';
import { seededRandom } from '../../seeded-random.ts';

const run = promisify(execFile);

/** Isolates git from the settings of this machine and from a git process that runs the tests. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Trees with ignore files that are easy to misread. Git computes the expected result. */
const TREES: Readonly<Record<string, Files>> = {
  'no ignore file': { a: '', 'b/c': '', '.hidden': '', '.github/workflows/ci.yml': '' },
  'names at any depth': {
    '.gitignore': 'build\n*.log\n',
    build: '',
    'a/build/x': '',
    'b.log': '',
    'c/d.log': '',
    'e.logs': '',
  },
  'anchored names': {
    '.gitignore': '/build\n/docs/out\n',
    'build/x': '',
    'a/build/x': '',
    'docs/out/x': '',
    'a/docs/out/x': '',
  },
  'a slash in the middle anchors': { '.gitignore': 'a/b\n', 'a/b': '', 'x/a/b': '' },
  'folders only': { '.gitignore': 'out/\n', out: '', 'x/out/y': '', 'z/out': '' },
  'negation after a star': {
    '.gitignore': '*.txt\n!keep.txt\n',
    'a.txt': '',
    'keep.txt': '',
    'x/keep.txt': '',
    'x/b.txt': '',
  },
  'nothing inside an ignored folder can be included again': {
    '.gitignore': 'logs/\n!logs/keep.txt\n',
    'logs/keep.txt': '',
    'logs/a': '',
  },
  'files in a folder whose contents are ignored can be included again': {
    '.gitignore': 'logs/*\n!logs/keep.txt\n',
    'logs/keep.txt': '',
    'logs/a': '',
    'logs/deep/keep.txt': '',
  },
  'everything but one path': {
    '.gitignore': '/*\n!/src\n/src/*\n!/src/lib\n!.gitignore\n',
    'src/lib/a': '',
    'src/lib/b/c': '',
    'src/other': '',
    readme: '',
  },
  'nested files are relative to their folder': {
    'sub/.gitignore': '/only-here\nanywhere-below\na/b\n',
    'only-here': '',
    'sub/only-here': '',
    'sub/x/only-here': '',
    'anywhere-below': '',
    'sub/x/anywhere-below': '',
    'sub/a/b': '',
    'sub/x/a/b': '',
  },
  'a nested file overrides the one above': {
    '.gitignore': '*.gen\n',
    'sub/.gitignore': '!*.gen\n',
    'sub/deep/.gitignore': '*.gen\n!that.gen\n',
    'a.gen': '',
    'sub/b.gen': '',
    'sub/deep/c.gen': '',
    'sub/deep/that.gen': '',
  },
  'a nested file includes a folder again, and its files with it': {
    '.gitignore': '*.d/\n',
    'sub/.gitignore': '!x.d/\n',
    'sub/x.d/file': '',
    'sub/y.d/file': '',
    'x.d/file': '',
  },
  'a nested file cannot include its own folder again': { '.gitignore': 'sub\n', 'sub/.gitignore': '!*\n', 'sub/a': '' },
  'double stars': {
    '.gitignore': '**/temp\nfoo/**/bar\nall/**\n**/last/*.c\n',
    temp: '',
    'a/temp/x': '',
    'foo/bar': '',
    'foo/a/bar': '',
    'foo/a/b/bar/c': '',
    'x/foo/bar': '',
    'all/x': '',
    'all/y/z': '',
    'p/last/a.c': '',
    'p/last/q/a.c': '',
  },
  'double stars that are not alone': { '.gitignore': 'a**b\nx/**y\n', axxb: '', 'a/b': '', 'x/zy': '', 'x/z/y': '' },
  'one star stops at a slash': {
    '.gitignore': 'a/*/c\n*.tmp/x\n',
    'a/b/c': '',
    'a/b/d/c': '',
    'q.tmp/x': '',
    'r/q.tmp/x': '',
  },
  'question marks and classes': {
    '.gitignore': 'a?c\n[bx]1\n[!a-m]2\n[[:digit:]]d\n\\[literal]\n[]]e\n',
    abc: '',
    'a/c': '',
    b1: '',
    c1: '',
    x1: '',
    n2: '',
    a2: '',
    '5d': '',
    xd: '',
    '[literal]': '',
    ']e': '',
  },
  escapes: {
    '.gitignore': '\\#hash\n\\!bang\nstar\\*\nback\\\\slash\ntrail\\ \ntab\t\n',
    '#hash': '',
    '!bang': '',
    'star*': '',
    starx: '',
    'trail ': '',
    trail: '',
    tab: '',
  },
  'comments and blank lines': {
    '.gitignore': '\n# a comment\n   \n #not-a-comment\nreal # no comment\n',
    ' #not-a-comment': '',
    real: '',
  },
  'trailing spaces': { '.gitignore': 'a   \nb \\ \n/c/ \n', a: '', 'b  ': '', 'b ': '', 'c/x': '', 'd/c/x': '' },
  'Windows line ends and a byte order mark': {
    '.gitignore': '\ufeffa\r\nb/\r\n!c\r\n*.c\r\n',
    a: '',
    'b/x': '',
    c: '',
    'x.c': '',
  },
  'a last line without a line end': { '.gitignore': 'a\nb', a: '', b: '', c: '' },
  'case counts': { '.gitignore': 'Makefile\n*.LOG\n', makefile: '', 'a.log': '', 'b.LOG': '' },
  'patterns that match nothing': { '.gitignore': '/\n!\n//\n\\\n[\n', a: '', '[': '', '\\x': '' },
  'folders with special characters': {
    '[a]*b/.gitignore': 'x\n!x/y\n',
    '[a]*b/x': '',
    '[a]*b/z/x': '',
    'ab/x': '',
    '!c#/.gitignore': '/q\n',
    '!c#/q': '',
    'sp ace/.gitignore': '*.o\n',
    'sp ace/a.o': '',
    'sp ace/a.c': '',
  },
  accents: { '.gitignore': 'caf\u00e9\n', 'caf\u00e9': '', cafe: '' },
  'a dot stands for itself': { '.gitignore': '.env.*\na.b\n', '.env.x': '', 'a.b': '', axb: '' },
  'local excludes are weaker than .gitignore': {
    '.git/info/exclude': 'private\n*.bak\n',
    '.gitignore': '!kept.bak\n',
    private: '',
    'a.bak': '',
    'kept.bak': '',
  },
};

describe('ignore rules, as git reads them', function () {
  this.timeout(240_000); // each case starts git twice

  before(async function () {
    const hasGit = await run('git', ['--version']).then(
      () => true,
      () => false,
    );
    skipIf(this, !hasGit, 'git is not here');
    // Windows does not support names with colons, stars and trailing spaces.
    skipOnWindows(this, 'such names');
  });

  for (const [name, files] of Object.entries(TREES)) {
    it(name, async () => {
      await using folder = await repository(files);
      assert.deepEqual(await ours(folder), await gits(folder.root));
    });
  }

  it('matches git for generated trees', async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 60; round++) {
      const files = makeUp(random);
      await using folder = await repository(files);
      assert.deepEqual(await ours(folder), await gits(folder.root), JSON.stringify(files, undefined, 1));
    }
  });

  it('applies the rules of the enclosing repository', async () => {
    await using folder = await repository({
      '.gitignore': 'dist\n/packages/one/local\n*.cache\n',
      'packages/.gitignore': '!kept.cache\n',
      'packages/one/.gitignore': 'extra\n',
      'packages/one/a': '',
      'packages/one/dist/x': '',
      'packages/one/local': '',
      'packages/one/extra': '',
      'packages/one/b.cache': '',
      'packages/one/kept.cache': '',
      'packages/two/a': '',
    });
    const one = folder.path('packages', 'one');
    const { files } = await scanProject(one);
    assert.deepEqual(
      files.map(({ path }) => path),
      await gits(one),
    );
    assert.deepEqual(
      files.map(({ path }) => path),
      ['.gitignore', 'a', 'kept.cache'],
    );
  });

  it('does not apply the rules of a repository that ignores the project itself', async () => {
    await using folder = await repository({
      '.gitignore': '/scratch/\n*.log\n',
      'scratch/idea/a': '',
      'scratch/idea/b.log': '',
      'scratch/idea/.gitignore': 'c\n',
      'scratch/idea/c': '',
    });
    const { files } = await scanProject(folder.path('scratch', 'idea'));
    assert.deepEqual(
      files.map(({ path }) => path),
      ['.gitignore', 'a', 'b.log'],
    );
  });
});

async function repository(files: Files): Promise<ProjectFolder> {
  const folder = await ProjectFolder.of();
  await run('git', ['init', '--quiet', folder.root], { env: ENVIRONMENT });
  await folder.write(files);
  return folder;
}

async function ours(folder: ProjectFolder): Promise<string[]> {
  const { files } = await scanProject(folder.root);
  return files.map(({ path }) => path);
}

/** Returns the files that git would add. */
async function gits(root: string): Promise<string[]> {
  const settings = ['-c', 'core.excludesFile=', '-c', 'core.ignoreCase=false', '-c', 'core.quotePath=false'];
  const { stdout } = await run('git', [...settings, 'ls-files', '-z', '--others', '--cached', '--exclude-standard'], {
    cwd: root,
    env: ENVIRONMENT,
  });
  const paths = stdout.split('\0').filter((path) => path !== '');
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const NAMES = ['a', 'b', 'ab', 'a.c', 'x.log', '.e'];
/** Without `a**`, for which git contradicts its manual, which treats the two stars as one. */
const PARTS = ['a', 'b', '*', '?', '**', 'a*', '*.c', '[ab]', '[!a]', '.e', '*.log', 'ab', 'za', 'z*', 'z?', 'z[ab]'];

/** A tree of up to some dozen files, with random patterns in ignore files at random levels. */
function makeUp(random: () => number): Files {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const files: Record<string, string> = {};
  const folders = ['', 'a/', 'b/', 'a/b/', 'a/ab/', 'b/.e/', 'a/b/a/'];
  for (const folder of folders) for (const name of NAMES) if (random() < 0.4) files[`${folder}z${name}`] = '';
  for (const folder of folders) for (const name of ['x.log', 'a.c']) if (random() < 0.5) files[folder + name] = '';
  for (const folder of folders) {
    if (random() < 0.5) continue;
    const lines = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(PARTS));
      const sign = random() < 0.35 ? '!' : '';
      return sign + (random() < 0.25 ? '/' : '') + parts.join('/') + (random() < 0.25 ? '/' : '');
    });
    files[`${folder}.gitignore`] = `${lines.join('\n')}\n`;
  }
  return files;
}

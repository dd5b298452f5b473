import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import semver from 'semver';
import { ruleText } from '../../../../../src/shared/pack-rule.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { PathGlob } from '../../../../../src/worker/authoring/python/path-glob.ts';
import { skipIf } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';
import { PYTHON_LAYOUTS } from './python-layouts.ts';
import type { PythonLayout } from './layout-parts.ts';

/** Older versions list other files. */
const MIN_VERSIONS: Readonly<Record<string, string>> = {
  hatchling: '1.22.0',
  'poetry-core': '2.0.0',
  setuptools: '69.0.0',
  flit_core: '3.11.0',
};
const SCRIPT = join(import.meta.dirname, 'build-sdist.py');

async function scan(root: string): Promise<ProjectScan> {
  return await scanProject(root, { manifest: await readManifest(root, undefined) });
}

async function layOut({ files, git = false }: PythonLayout): Promise<ProjectFolder> {
  const folder = await ProjectFolder.of(files);
  if (!git) return folder;
  execFileSync('git', ['init', '-q'], { cwd: folder.root });
  execFileSync('git', ['add', '.'], { cwd: folder.root });
  return folder;
}

function backendOf({ files, member = '' }: PythonLayout): string {
  const text = files[join(member, 'pyproject.toml').replaceAll('\\', '/')];
  return /build-backend = "([^"]+)"/.exec(String(text))?.[1] ?? '';
}

/** Whether this machine has a recent version of a build tool. */
function hasBackend(backend: string): boolean {
  const [name = '', least = ''] =
    Object.entries(MIN_VERSIONS).find(([one]) => backend.startsWith(one.replace('poetry-core', 'poetry'))) ?? [];
  const code = `import importlib.metadata as m, importlib; importlib.import_module('${backend}'); print(m.version('${name}'))`;
  const { status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  const version = semver.coerce(stdout);
  return status === 0 && version !== null && semver.gte(version, least);
}

/** The files of the source distribution that the build tool itself makes, without those that it generates. */
function buildSdist(cwd: string, backend: string, files: Files): string[] {
  const output = execFileSync('python3', [SCRIPT, backend], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const isGenerated = (path: string): boolean =>
    path === 'PKG-INFO' ||
    path.includes('.egg-info/') ||
    (/^setup\.(?:cfg|py)$/.test(path) && files[path] === undefined);
  return output
    .trim()
    .split(/\r?\n/)
    .filter((path) => !isGenerated(path))
    .sort();
}

describe('the files of a Python project', () => {
  for (const [name, layout] of Object.entries(PYTHON_LAYOUTS)) {
    it(`are those of its source distribution: ${name}`, async () => {
      await using folder = await layOut(layout);
      const { files, diagnostics } = await scan(join(folder.root, layout.member ?? ''));
      assert.deepEqual(
        files.map(({ path }) => path),
        layout.expected,
      );
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === 'error'),
        [],
      );
    });

    it(`are what the installed build tool packs: ${name}`, async function () {
      const backend = backendOf(layout);
      skipIf(this, !hasBackend(backend), `no recent version of ${backend} is installed`);
      await using folder = await layOut(layout);
      assert.deepEqual(buildSdist(join(folder.root, layout.member ?? ''), backend, layout.files), layout.expected);
    }).timeout(60_000);
  }

  const UNDECLARED: Files = {
    'pyproject.toml': '[build-system]\nbuild-backend = "maturin"\n[project]\nname = "x"\nversion = "1.0.0"\n',
    'README.md': '',
    '.gitignore': '*.log\n',
    'a.log': '',
    'anything/a.txt': '',
  };

  it('are those that no ignore file names when the build tool is another one', async () => {
    const { files } = await scanFiles(UNDECLARED);
    const expected = ['.gitignore', 'README.md', 'anything/a.txt', 'pyproject.toml'];
    assert.deepEqual(files, expected);
    const program = { ...UNDECLARED, 'pyproject.toml': toml('setuptools.build_meta'), 'setup.py': 'setup()' };
    assert.deepEqual((await scanFiles(program)).files, [...expected, 'setup.py']);
    const plugin = {
      ...UNDECLARED,
      'pyproject.toml': toml('setuptools.build_meta', 'requires = ["setuptools_scm>=8"]'),
    };
    assert.deepEqual((await scanFiles(plugin)).files, expected);
  });

  it('are reduced further by .ggenignore', async () => {
    const { files } = await scanFiles({
      'pyproject.toml': toml('flit_core.buildapi'),
      'x/__init__.py': '',
      'x/a.bin': '',
      '.ggenignore': '*.bin\n',
    });
    assert.deepEqual(files, ['pyproject.toml', 'x/__init__.py']);
  });

  it('have the rule that decided, with file and line', async () => {
    const { rules } = await scanFiles({
      'pyproject.toml': toml('setuptools.build_meta'),
      'MANIFEST.in': 'graft docs\nprune docs/draft\n',
      'x/__init__.py': '',
      'docs/a.md': '',
      'docs/draft/b.md': '',
      'other.txt': '',
    });
    assert.deepEqual(rules, {
      'MANIFEST.in': 'always packed by setuptools',
      'docs/a.md': 'named by the command "graft docs" (MANIFEST.in:1)',
      'pyproject.toml': 'the manifest',
      'x/__init__.py': 'module of the package in x',
      'docs/draft/b.md': 'named by the command "prune docs/draft" (MANIFEST.in:2)',
      'other.txt': 'not part of the source distribution',
    });
  });
});

describe('the commands of a Python project', () => {
  it('block publishing when their module is not among the files, each at its line', async () => {
    const scripts =
      '[project.scripts]\nrun = "x.cli:main"\nother = "x.missing:main"\n[project.entry-points.plug]\np = "gone"\n';
    const { errors } = await scanFiles({
      'pyproject.toml': toml('flit_core.buildapi', '', scripts),
      'x/__init__.py': '',
      'x/cli.py': '',
    });
    assert.deepEqual(errors, [
      ['entry-point-missing', 'x.missing', 9],
      ['entry-point-missing', 'gone', 11],
    ]);
  });

  it('may be packages, and lie below src', async () => {
    const { errors } = await scanFiles({
      'pyproject.toml': toml('hatchling.build', '', '[project.scripts]\nrun = "x.cli"\n'),
      'src/x/cli/__init__.py': '',
    });
    assert.deepEqual(errors, []);
  });
});

describe('globs of a pyproject.toml', () => {
  it('are refused when they take too long to match', () => {
    assert.throws(() => new PathGlob('**/**/**/**/a'), { name: 'InvalidRequest' });
  });
});

function toml(backend: string, build = '', more = ''): string {
  return `[build-system]\nbuild-backend = "${backend}"\n${build}\n[project]\nname = "x"\nversion = "1.0.0"\n${more}`;
}

async function scanFiles(
  files: Files,
): Promise<{ files: string[]; rules: Record<string, string>; errors: (string | number | undefined)[][] }> {
  await using folder = await ProjectFolder.of(files);
  const found = await scan(folder.root);
  return {
    files: found.files.map(({ path }) => path),
    rules: Object.fromEntries([...found.files, ...found.excluded].map(({ path, rule }) => [path, ruleText(rule)])),
    errors: found.diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message, line }) => [code, /"([^"]+)"/.exec(message)?.[1], line]),
  };
}

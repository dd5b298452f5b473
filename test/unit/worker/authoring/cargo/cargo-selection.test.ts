import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ruleText } from '../../../../../src/shared/pack-rule.ts';
import { cargoSelection } from '../../../../../src/worker/authoring/cargo/cargo-selection.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { RepositoryLinks } from '../../../../../src/worker/authoring/repository/repository-links.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipIf, skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';
import { CARGO_LAYOUTS } from './cargo-layouts.ts';
import type { CargoLayout } from './cargo-layouts.ts';

const GENERATED: ReadonlySet<string> = new Set(['Cargo.toml.orig', '.cargo_vcs_info.json']);
const MANIFEST = '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';

const hasCargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;

async function scan(root: string): Promise<ProjectScan> {
  return await scanProject(root, { manifest: await readManifest(root, undefined) });
}

async function layOut({ files, links = {}, tracked }: CargoLayout): Promise<ProjectFolder> {
  const folder = await ProjectFolder.of(files);
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(folder.path(path)), { recursive: true });
    await symlink(target, folder.path(path));
  }
  if (tracked === undefined) return folder;
  execFileSync('git', ['init', '-q'], { cwd: folder.root });
  execFileSync('git', tracked[0] === '*' ? ['add', '.'] : ['add', '-f', ...tracked], { cwd: folder.root });
  return folder;
}

/** The files that Cargo itself lists, without those that it generates. */
function cargoPackage(cwd: string): string[] {
  const output = execFileSync('cargo', ['package', '--list', '--allow-dirty', '--offline'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const listed = output.trim().split(/\r?\n/);
  return listed
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !GENERATED.has(path) && (path !== 'Cargo.lock' || existsSync(join(cwd, path))))
    .sort();
}

describe('the files of a Cargo project', () => {
  for (const [name, layout] of Object.entries(CARGO_LAYOUTS)) {
    it(`are those that Cargo packs: ${name}`, async function () {
      if (layout.links !== undefined) skipOnWindows(this, 'links without privileges');
      await using folder = await layOut(layout);
      const { files } = await scan(join(folder.root, layout.member ?? ''));
      assert.deepEqual(
        files.map(({ path }) => path),
        layout.expected,
      );
    });

    it(`are what the installed Cargo lists: ${name}`, async function () {
      skipIf(this, !hasCargo, 'Cargo is not installed');
      await using folder = await layOut(layout);
      assert.deepEqual(cargoPackage(join(folder.root, layout.member ?? '')), layout.expected);
    }).timeout(60_000);
  }

  it('are reduced further by .ggenignore', async () => {
    await using folder = await ProjectFolder.of({
      'Cargo.toml': `${MANIFEST}include = ["/src"]\n`,
      '.ggenignore': '*.bin\n',
      'src/lib.rs': '',
      'src/a.bin': '',
    });
    const { files } = await scan(folder.root);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['Cargo.toml', 'src/lib.rs'],
    );
  });

  it('have the rule that decided, with the line of the manifest', async () => {
    await using folder = await ProjectFolder.of({
      'Cargo.toml': `${MANIFEST}exclude = [\n  "*.bin",\n]\nreadme = "docs/intro.md"\n`,
      'src/lib.rs': '',
      'src/a.bin': '',
      'docs/intro.md': '',
      'sub/Cargo.toml': MANIFEST,
      'target/a': '',
      '.hidden': '',
    });
    const { files, excluded } = await scan(folder.root);
    const rules = Object.fromEntries([...files, ...excluded].map(({ path, rule }) => [path, ruleText(rule)]));
    assert.deepEqual(rules, {
      'Cargo.toml': 'always packed by Cargo',
      'docs/intro.md': 'named by `readme` (Cargo.toml)',
      'src/lib.rs': 'no rule excludes it',
      '.hidden': 'hidden, and git does not track Cargo.toml',
      'src/a.bin': 'excluded by the pattern "*.bin" (Cargo.toml:7)',
      'sub/': 'a Cargo package of its own (sub/Cargo.toml)',
      'target/': "Cargo's build output",
    });
  });
});

describe('the sources that a Cargo.toml needs', () => {
  const errors = async (files: Files): Promise<(string | number | undefined)[][]> => {
    await using folder = await ProjectFolder.of(files);
    const { diagnostics } = await scan(folder.root);
    return diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message, line }) => [code, /"([^"]+)"/.exec(message)?.[1] ?? message, line]);
  };

  it('block publishing when they are not among the files, each at its line', async () => {
    const manifest = `${MANIFEST}build = "build/main.rs"\n[lib]\npath = "lib/a.rs"\n[[bin]]\nname = "b"\npath = "bin/b.rs"\n`;
    assert.deepEqual(await errors({ 'Cargo.toml': manifest, 'bin/b.rs': '' }), [
      ['entry-point-missing', 'lib/a.rs', 8],
      ['entry-point-missing', 'build/main.rs', 6],
    ]);
    assert.deepEqual(await errors({ 'Cargo.toml': manifest, 'bin/b.rs': '', 'lib/a.rs': '', 'build/main.rs': '' }), []);
  });

  it('are a library or a program at the usual place', async () => {
    const excluded = { 'Cargo.toml': `${MANIFEST}exclude = ["/src"]\n`, 'src/lib.rs': '' };
    const [[code, message] = []] = await errors(excluded);
    assert.equal(code, 'entry-point-missing');
    assert.match(String(message), /Neither src\/lib\.rs nor src\/main\.rs/);
    for (const path of ['src/lib.rs', 'src/main.rs', 'src/bin/a.rs', 'src/bin/a/main.rs'])
      assert.deepEqual(await errors({ 'Cargo.toml': MANIFEST, [path]: '' }), []);
  });
});

describe('patterns of a Cargo.toml', () => {
  it('are refused when they take too long to match', async () => {
    await using folder = await ProjectFolder.of({
      'Cargo.toml': `${MANIFEST}exclude = ["**/**/**/**/a"]\n`,
      'src/lib.rs': '',
    });
    const manifest = await readManifest(folder.root, undefined);
    assert.ok(manifest.cargo !== undefined);
    const repository = { tracked: new Set<string>(), links: new RepositoryLinks(folder.root, 'project') };
    await assert.rejects(cargoSelection(folder.root, manifest, manifest.cargo, repository), { name: 'InvalidRequest' });
  });
});

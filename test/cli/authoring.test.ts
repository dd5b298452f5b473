import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildPeer, CliTest, resultOf } from './support.ts';
import type { CommandResult } from './support.ts';

/** Concatenated, so that secret scanners do not report this file. */
const TOKEN = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');

interface CommandErrors {
  readonly name: string;
  readonly details: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

describe('preparing a project on the command line', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  async function project(files: Readonly<Record<string, string>>): Promise<string> {
    const root = await test.folder('project');
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return root;
  }

  const dryRun = async (...args: readonly string[]): Promise<CommandResult> =>
    test.run('publish', ...args, '--dry-run', '--data', await test.folder('data'));

  it('names the commands that publish the members of a workspace, in every format', async () => {
    const root = await project({
      'Cargo.toml': '[workspace]\nmembers = ["a", "b c"]\n[workspace.package]\nversion = "1.2.3"\n',
      'a/src/lib.rs': '',
      'a/Cargo.toml': '[package]\nname = "case-a"\nversion.workspace = true\n',
      'b c/Cargo.toml': '[package]\nname = "case-b"\nversion = "2.0.0"\npublish = false\n',
    });
    await mkdir(join(root, '.git'));
    const table = await dryRun(root);
    assert.equal(table.code, 2);
    assert.match(table.errors, /^error: .*project is the root of a workspace, not a package\./m);
    assert.match(table.errors, /^ {2}ggen-p2p publish \S+project\/a {3}# case-a 1\.2\.3$/m);
    assert.match(table.errors, /^ {2}ggen-p2p publish '\S+project\/b c' {3}# case-b 2\.0\.0, private$/m);
    const json = await dryRun(root, '-f', 'json');
    const { name, details } = (JSON.parse(json.errors) as { error: CommandErrors }).error;
    assert.equal(name, 'WorkspaceRoot');
    assert.deepEqual(
      details['members']?.map(({ path, version }) => [path, version]),
      [
        ['a', '1.2.3'],
        ['b c', '2.0.0'],
      ],
    );
    assert.match((await dryRun(root, '-f', 'yaml')).errors, /^ {4}members:\n {6}- path: a\n/m);
    const member = await dryRun(join(root, 'a'), '-f', 'json');
    assert.equal(resultOf(member)['version'], '1.2.3', member.errors);
  });

  it('shows all errors of a manifest with their places, in every format', async () => {
    const root = await project({ 'package.toml': '[package]\nname = "-"\nversion = 01\n[dependencies]\ny = "^^1"\n' });
    const table = await dryRun(root);
    assert.equal(table.code, 5);
    for (const place of ['3:11', '2:1', '5:1'])
      assert.match(table.errors, new RegExp(`^  package\\.toml:${place}: `, 'm'));
    const json = await dryRun(root, '-f', 'json');
    const { details } = (JSON.parse(json.errors) as { error: CommandErrors }).error;
    assert.deepEqual(
      details['diagnostics']?.map(({ path, line, column }) => [path, line, column]),
      [
        ['package.toml', 3, 11],
        ['package.toml', 2, 1],
        ['package.toml', 5, 1],
      ],
    );
    assert.match((await dryRun(root, '-f', 'yaml')).errors, /^ {8}path: package\.toml\n {8}line: 3\n {8}column: 11$/m);
  });

  it('publishes the version that was asked for', async () => {
    const root = await project({ 'pyproject.toml': '[project]\nname = "x"\ndynamic = ["version"]\n' });
    const missing = await dryRun(root);
    assert.equal(missing.code, 5);
    assert.match(missing.errors, /pyproject\.toml:3:1: .*--version/);
    assert.equal(resultOf(await dryRun(root, '--version', '1.2.dev3', '-f', 'json'))['version'], '1.2.0-0.dev.3');
    assert.equal((await dryRun(root, '--version', '1.2.post1')).code, 2);
  });

  it('lists possible secrets and records them as reviewed', async () => {
    const manifest = '[gpack]\nid = "x"\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n';
    const root = await project({ 'gpack.toml': manifest, 'src/a.ts': `"${TOKEN}"`, 'vendor/b.ts': `"${TOKEN}"` });
    const secrets = async (...args: readonly string[]): Promise<CommandResult> =>
      test.run('secrets', root, '--data', await test.folder('data'), ...args);
    const listed = await secrets('-f', 'json');
    assert.equal(listed.code, 5);
    const found = resultOf(listed)['secrets'] as Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      found.map(({ path, line, severity }) => [path, line, severity]),
      [
        ['src/a.ts', 1, 'error'],
        ['vendor/b.ts', 1, 'error'],
      ],
    );
    assert.ok(!listed.output.includes(TOKEN) && !listed.errors.includes(TOKEN));
    assert.equal((await secrets('--accept', '../x/')).code, 2);
    assert.equal((await secrets('--accept', 'vendor/')).code, 5);
    assert.equal((await dryRun(root)).code, 5);
    assert.equal((await secrets('--accept', 'all')).code, 0);
    const baseline = await readFile(join(root, '.ggensecrets'), 'utf8');
    assert.match(baseline, new RegExp(`^#.*\\nvendor/\\n${String(found[0]?.['fingerprint'])} {2}# src/a\\.ts:1\\n$`));
    assert.equal((await secrets()).code, 0);
    assert.equal((await dryRun(root)).code, 0);
  });
});

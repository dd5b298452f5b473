import assert from 'node:assert/strict';
import type { Manifest } from '../../../../../src/worker/authoring/manifest/manifest.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { ProjectFolder } from '../project-folder.ts';
import type { Files } from '../project-folder.ts';

const WORKSPACE = `[workspace]
members = ["crates/*"]
exclude = ["crates/alone"]
[workspace.package]
version = "1.2.3"
license = "MIT"
description = "shared"
authors = ["Ada"]
repository = "https://example.com/repo"
keywords = ["one", "two"]
readme = "README.md"
publish = false
[workspace.metadata.ggen.dependencies]
helper = "^2.0"
detailed = { version = "1", optional = true }
`;
const KEYS = ['version', 'license', 'description', 'authors', 'repository', 'keywords', 'readme', 'publish'];
const MEMBER = `[package]\nname = "member"\n${KEYS.map((key) => `${key}.workspace = true\n`).join('')}`;
const DEPENDENCIES =
  '[package.metadata.ggen.dependencies]\nhelper.workspace = true\ndetailed = { workspace = true }\nown = "3"\n';

/** Reads the manifest of a folder of a repository. */
async function read(folder: string, files: Files): Promise<Manifest> {
  await using repository = await ProjectFolder.of({ '.git/HEAD': '', ...files });
  return await readManifest(repository.path(folder), undefined);
}

function places({ diagnostics }: Manifest): unknown[] {
  return diagnostics.map(({ severity, code, path, line }) => [severity, code, path, line]);
}

describe('a member of a Cargo workspace', () => {
  it('inherits from the workspace above its folder, in the same repository', async () => {
    const files = { 'Cargo.toml': WORKSPACE, 'crates/member/Cargo.toml': MEMBER + DEPENDENCIES };
    const manifest = await read('crates/member', files);
    assert.equal(manifest.version, '1.2.3');
    assert.deepEqual(manifest.metadata, {
      title: 'member',
      description: 'shared',
      license: 'MIT',
      authors: ['Ada'],
      repository: 'https://example.com/repo',
      tags: ['one', 'two'],
      categories: [],
    });
    assert.deepEqual(manifest.dependencies, [
      { id: 'helper', requirement: '^2.0', optional: false },
      { id: 'detailed', requirement: '^1', optional: true },
      { id: 'own', requirement: '^3', optional: false },
    ]);
    assert.deepEqual(places(manifest), [['error', 'project-private', 'Cargo.toml', 10]]);
  });

  it('inherits from the workspace that it names', async () => {
    const member = `${MEMBER}workspace = "../../other"\n`;
    const files = { 'other/Cargo.toml': WORKSPACE, 'x/member/Cargo.toml': member };
    assert.equal((await read('x/member', files)).version, '1.2.3');
  });

  it('passes a workspace that excludes it, and one without a workspace table', async () => {
    const files = {
      'Cargo.toml': WORKSPACE.replace('1.2.3', '9.9.9').replace(/exclude.*\n/, ''),
      'inner/Cargo.toml': WORKSPACE,
      'inner/crates/alone/Cargo.toml': '[package]\nname = "alone"\nversion = "0.1.0"\n',
      'inner/crates/alone/member/Cargo.toml': MEMBER,
    };
    assert.equal((await read('inner/crates/alone/member', files)).version, '9.9.9');
  });

  it('does not inherit from outside of its repository', async () => {
    const files = { 'Cargo.toml': WORKSPACE, 'vendored/.git/HEAD': '', 'vendored/member/Cargo.toml': MEMBER };
    const manifest = await read('vendored/member', files);
    assert.equal(manifest.version, '');
    assert.ok(manifest.diagnostics.some(({ code, line }) => code === 'manifest-version-missing' && line === 3));
    const named = { ...files, 'vendored/member/Cargo.toml': `${MEMBER}workspace = "../.."\n` };
    assert.equal((await read('vendored/member', named)).version, '');
  });

  it('names the place in the manifest of the workspace that cannot be read', async () => {
    const files = { 'Cargo.toml': `${WORKSPACE}broken = 1.2.3\n`, 'crates/member/Cargo.toml': MEMBER };
    const manifest = await read('crates/member', files);
    assert.deepEqual(places(manifest)[0], ['error', 'manifest-syntax', '../../Cargo.toml', 16]);
  });

  it('is not published without a dependency that the workspace does not define', async () => {
    const member = `${MEMBER}[package.metadata.ggen.dependencies]\nmissing.workspace = true\n`;
    const manifest = await read('crates/member', { 'Cargo.toml': WORKSPACE, 'crates/member/Cargo.toml': member });
    assert.deepEqual(
      places(manifest)
        .filter((place) => JSON.stringify(place).includes('error'))
        .slice(0, 1),
      [['error', 'manifest-inherited', 'Cargo.toml', 12]],
    );
  });
});

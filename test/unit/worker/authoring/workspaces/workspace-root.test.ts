import assert from 'node:assert/strict';
import { GgenError } from '../../../../../src/shared/errors.ts';
import type { WorkspaceMember } from '../../../../../src/shared/model.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import {
  refuseWorkspaceRoot,
  workspaceMembers,
} from '../../../../../src/worker/authoring/workspaces/workspace-root.ts';
import { ProjectFolder } from '../project-folder.ts';
import type { Files } from '../project-folder.ts';

const npm = (name: string, more = ''): string => `{"name":"${name}","version":"1.0.0"${more}}`;
const cargo = (name: string): string => `[package]\nname = "${name}"\nversion = "1.0.0"\n`;
const python = (name: string): string => `[project]\nname = "${name}"\nversion = "1.0"\n`;

const PACKAGES = { 'packages/a/package.json': npm('a'), 'packages/b/package.json': npm('@scope/b', ',"private":true') };
const CRATES = { 'crates/a/Cargo.toml': cargo('a'), 'crates/b/Cargo.toml': cargo('b') };

const ROOTS: Readonly<Record<string, Files>> = {
  npm: { 'package.json': '{"private":true,"workspaces":["packages/*"]}', ...PACKAGES },
  Yarn: { 'package.json': '{"name":"root","workspaces":{"packages":["packages/*"]}}', ...PACKAGES },
  'a private npm root with a version': {
    'package.json': '{"name":"root","version":"0.0.0","private":true,"workspaces":["packages/*"]}',
    ...PACKAGES,
  },
  'pnpm, block style': {
    'package.json': '{"private":true}',
    'pnpm-workspace.yaml':
      'catalog:\n  x: 1\npackages:\n  # all\n  - "packages/*" # here\n  - \'!**/test/**\'\nother: 1\n',
    ...PACKAGES,
  },
  'pnpm, flow style': { 'package.json': '{}', 'pnpm-workspace.yaml': 'packages: [packages/*]\n', ...PACKAGES },
  'pnpm without a package.json': { 'pnpm-workspace.yaml': 'packages:\n- packages/**\n', ...PACKAGES },
  Lerna: { 'package.json': '{"private":true}', 'lerna.json': '{"packages":["packages/*"]}', ...PACKAGES },
  Rush: {
    'rush.json': '{ /* x */ "projects": [{"projectFolder":"packages/a"},{"projectFolder":"packages/b"}] }',
    ...PACKAGES,
  },
  Cargo: { 'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n', ...CRATES },
  'Cargo with exclusions': {
    'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/c"]\n',
    ...CRATES,
    'crates/c/Cargo.toml': cargo('c'),
  },
  uv: {
    'pyproject.toml': '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/x*"]\n',
    'packages/a/pyproject.toml': python('a'),
    'packages/b/pyproject.toml': python('b'),
    'packages/xyz/pyproject.toml': python('xyz'),
  },
};

async function refusal(files: Files): Promise<GgenError | undefined> {
  await using folder = await ProjectFolder.of(files);
  const manifest = await readManifest(folder.root, undefined).catch(() => undefined);
  try {
    await refuseWorkspaceRoot(folder.root, manifest);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GgenError);
    return error;
  }
}

describe('the root of a workspace', () => {
  for (const [kind, files] of Object.entries(ROOTS)) {
    it(`offers its members: ${kind}`, async () => {
      const error = await refusal(files);
      assert.equal(error?.name, 'WorkspaceRoot');
      const members = (error.details['members'] as string[]).map((json) => JSON.parse(json) as WorkspaceMember);
      assert.deepEqual(
        members.map(({ path }) => path.replace(/^.*\//, '')),
        ['a', 'b'],
      );
      assert.ok(members.every(({ version }) => version === '1.0.0'));
      assert.match(error.message, /\/a, [a-z]+\/b\.$/);
    });
  }

  it('lists names, and says what is private', async () => {
    await using folder = await ProjectFolder.of(ROOTS['npm']);
    assert.deepEqual(await workspaceMembers(folder.root), [
      { path: 'packages/a', manifest: 'package.json', name: 'a', version: '1.0.0', private: false },
      { path: 'packages/b', manifest: 'package.json', name: 'scope-b', version: '1.0.0', private: true },
    ]);
  });

  it('that is a package itself is published', async () => {
    assert.equal(
      await refusal({ 'package.json': npm('root', ',"workspaces":["packages/*"]'), ...PACKAGES }),
      undefined,
    );
    const both = `[workspace]\nmembers = ["crates/*"]\n${cargo('root')}`;
    assert.equal(await refusal({ 'Cargo.toml': both, ...CRATES }), undefined);
  });

  it('is not one without members, nor when its manifest has an error', async () => {
    assert.equal(await refusal({ 'package.json': '{"private":true,"workspaces":["packages/*"]}' }), undefined);
    assert.equal(await refusal({ 'Cargo.toml': '[workspace]\nmembers = ["../*", "/"]\n' }), undefined);
    assert.equal(await refusal({ 'package.json': '{"workspaces":["packages/*"],}', ...PACKAGES }), undefined);
    assert.equal(await refusal({ 'README.md': '' }), undefined);
  });
});

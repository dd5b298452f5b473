import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { GgenError } from '../../src/shared/errors.ts';
import type { Diagnostic, PublishReceipt, ReleaseDraft } from '../../src/shared/model.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import { skipOnWindows } from '../skip.ts';
import { eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

/** Concatenated, so that secret scanners do not report this file. */
const TOKEN = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');

describe('a draft', () => {
  const network = networkPerTest();

  const draftOf = (peer: TestPeer, root: string): Promise<ReleaseDraft> =>
    peer.engine.draftRelease({ root, publisher: peer.key.id });
  const publish = (peer: TestPeer, draft: ReleaseDraft, accepted?: readonly string[]): Promise<PublishReceipt> =>
    peer.engine.publish({
      draft: draft.draft,
      signature: peer.key.sign(draft.bytesToSign),
      ...(accepted === undefined ? {} : { accepted }),
    });

  it('with secrets is published only when each of them was accepted', async () => {
    const peer = await network.peer();
    const root = await network.project('secretive', '1.0.0', {
      '.env': 'A=1',
      'src/a.ts': `x\n  "${TOKEN}"`,
      LICENSE: '',
    });
    const draft = await draftOf(peer, root);
    const secrets = draft.diagnostics.filter(({ fingerprint }) => fingerprint !== undefined);
    assert.deepEqual(
      secrets.map(({ severity, path, line, column }) => [severity, path, line, column]),
      [
        ['error', '.env', 1, 1],
        ['error', 'src/a.ts', 2, 4],
      ],
    );
    const fingerprints = secrets.map(({ fingerprint = '' }) => fingerprint);
    for (const accepted of [undefined, [], fingerprints.slice(0, 1), ['0000000000000000']]) {
      await assert.rejects(publish(peer, draft, accepted), { name: 'SecretsNotAccepted' });
    }
    assert.equal((await peer.engine.listPackages({ section: 'published' })).total, 0);
    assert.equal((await publish(peer, draft, fingerprints)).version, '1.0.0');
  });

  it('has the secrets of files behind links, also where the link has another name', async function () {
    skipOnWindows(this, 'links without privileges');
    const peer = await network.peer();
    const root = await network.project('linked', '1.0.0', {
      'settings/.env': 'A=1',
      'src/a.ts': `"${TOKEN}"`,
      LICENSE: '',
    });
    await symlink('settings/.env', join(root, 'notes.txt'));
    await symlink('src', join(root, 'copy'));
    const { diagnostics } = await draftOf(peer, root);
    assert.deepEqual(
      diagnostics.filter(({ fingerprint }) => fingerprint !== undefined).map(({ path }) => path),
      ['copy/a.ts', 'notes.txt', 'settings/.env', 'src/a.ts'],
    );
  });

  it('of a private project is published only when that was accepted, by itself', async () => {
    const peer = await network.peer();
    const root = await network.project('internal', '1.0.0', { '.env': 'A=1', LICENSE: '' });
    await rm(join(root, 'gpack.toml'));
    await writeFile(join(root, 'package.json'), '{"name":"internal","version":"1.0.0","private":true}');
    const draft = await draftOf(peer, root);
    const fingerprints = draft.diagnostics.flatMap(({ fingerprint = [] }) => fingerprint);
    assert.ok(fingerprints.length === 2 && fingerprints.includes('private'));
    await assert.rejects(publish(peer, draft), { name: 'PrivateNotAccepted', details: { fingerprints } });
    await assert.rejects(publish(peer, draft, ['private']), { name: 'SecretsNotAccepted' });
    const others = fingerprints.filter((one) => one !== 'private');
    await assert.rejects(publish(peer, draft, others), { name: 'PrivateNotAccepted' });
    assert.equal((await publish(peer, draft, fingerprints)).version, '1.0.0');
  });

  it('has the version that was asked for, also one that the manifest lacks', async () => {
    const peer = await network.peer();
    const root = await network.project('versioned', '1.0.0', { LICENSE: '' });
    const request = { root, publisher: peer.key.id };
    await publish(peer, await peer.engine.draftRelease({ ...request, version: '1.1.0' }));
    await assert.rejects(peer.engine.draftRelease({ ...request, version: '1.1.0' }), { name: 'VersionExists' });
    await assert.rejects(peer.engine.draftRelease({ ...request, version: '1.1' }), { name: 'InvalidRequest' });
    await rm(join(root, 'gpack.toml'));
    await writeFile(join(root, 'pyproject.toml'), '[project]\nname = "versioned"\ndynamic = ["version"]\n');
    await assert.rejects(draftOf(peer, root), { name: 'ManifestInvalid', message: /pyproject\.toml:3:1: .*--version/ });
    assert.equal((await peer.engine.draftRelease({ ...request, version: '1.2.0' })).previous, '1.1.0');
  });

  it('of the root of a workspace is none, unless its manifest is named', async () => {
    const peer = await network.peer();
    const root = await network.project('root', '1.0.0', {
      'package.json': '{"name":"root","version":"1.0.0","private":true,"workspaces":["a"]}',
      'a/package.json': '{"name":"a","version":"2.0.0"}',
    });
    await rm(join(root, 'gpack.toml'));
    const member = '{"path":"a","manifest":"package.json","name":"a","version":"2.0.0","private":false}';
    await assert.rejects(draftOf(peer, root), { name: 'WorkspaceRoot', details: { root, members: [member] } });
    assert.equal((await draftOf(peer, join(root, 'a'))).version, '2.0.0');
    const request = { root, manifest: 'package.json', publisher: peer.key.id };
    assert.equal((await peer.engine.draftRelease(request)).name, 'root');
  });

  it('has the installed packages as dependencies, and none of their files', async () => {
    const [peer, other] = await network.peers(2);
    const { id } = await other.publish('borrowed', '1.2.0', { 'README.md': '#', 'lib/x.ts': 'x' });
    await waitForListing(peer, id, '1.2.0');
    const root = await network.project('borrower', '1.0.0', { 'README.md': '#', LICENSE: '' });
    for (const packagesFolder of ['packages', 'third-party']) {
      const { plan } = await peer.engine.planInstall({
        project: root,
        mode: 'add',
        packages: [id],
        folder: packagesFolder,
      });
      await peer.engine.applyPlan({ plan });
      const draft = await draftOf(peer, root);
      assert.deepEqual(
        draft.files.map(({ path }) => path),
        ['LICENSE', 'README.md', 'gpack.toml'],
      );
      assert.deepEqual(draft.dependencies, [{ id, requirement: '^1.2.0', optional: false }]);
      await peer.engine.planInstall({ project: root, mode: 'remove', packages: [id] }).then(peer.engine.applyPlan);
    }
  });

  it('is refused when a file is a pointer of Git LFS', async () => {
    const peer = await network.peer();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 99\n`;
    const root = await network.project('pointing', '1.0.0', { 'README.md': '#', 'big.bin': pointer });
    await assert.rejects(draftOf(peer, root), { name: 'ManifestInvalid', message: /Git LFS pointer/ });
    await writeFile(join(root, 'big.bin'), 'content');
    assert.equal((await draftOf(peer, root)).files.length, 3);
  });

  it('lists its changes since the last release, and breaking ones', async () => {
    const peer = await network.peer();
    const large = randomBytes(3_000_000);
    const before = {
      'README.md': '#',
      LICENSE: 'MIT',
      'lib/a.ts': 'a',
      'lib/b.ts': 'bb',
      'data.bin': large,
      '.editorconfig': 'x',
    };
    await peer.publish('changing', '1.2.0', before);
    const kept = Object.entries(before).filter(([path]) => path !== 'lib/b.ts' && path !== '.editorconfig');
    const after = { ...Object.fromEntries(kept), 'lib/a.ts': 'a longer', 'new/c.ts': 'ccc' };
    const draft = await draftOf(peer, await network.project('changing', '1.3.0', after));
    assert.equal(draft.previous, '1.2.0');
    assert.deepEqual(draft.changes, {
      since: '1.2.0',
      added: [{ path: 'new/c.ts', size: 3 }],
      changed: [
        {
          path: 'gpack.toml',
          size: draft.files.find(({ path }) => path === 'gpack.toml')?.size,
          before: manifestSize(draft),
        },
        { path: 'lib/a.ts', size: 8, before: 1 },
      ],
      removed: [
        { path: '.editorconfig', size: 1 },
        { path: 'lib/b.ts', size: 2 },
      ],
    });
    assert.deepEqual(places(draft, 'breaking-files-removed'), [['warning', 'gpack.toml', 4]]);
    const major = await draftOf(peer, await network.project('changing', '2.0.0', after));
    assert.deepEqual(places(major, 'breaking-files-removed'), []);
    assert.equal(major.changes?.removed.length, 2);
  });

  it('is compared with a last release that only another peer has', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('two-machines', '1.0.0', { 'README.md': '#', 'a.txt': 'a' });
    await waitForListing(second, id, '1.0.0');
    const root = await network.project('two-machines', '1.1.0', { 'README.md': '#', 'b.txt': 'b' });
    const draft = await second.engine.draftRelease({ root, publisher: first.key.id });
    assert.deepEqual(
      [draft.changes?.added, draft.changes?.removed],
      [[{ path: 'b.txt', size: 1 }], [{ path: 'a.txt', size: 1 }]],
    );
    await first.stop();
    await eventually(
      'the publisher to be gone',
      async () => (await second.engine.peers({ connectedOnly: true })).length === 0,
    );
    // The peer has the directory by now. Without any block of it the draft says that it cannot be compared.
    const other = await network.peer({ bootstrap: [second.address] });
    await waitForListing(other, id, '1.0.0');
    const draftWithoutPeers = await other.engine.draftRelease({ root, publisher: first.key.id });
    assert.equal(draftWithoutPeers.changes, undefined);
    assert.deepEqual(places(draftWithoutPeers, 'changes-unknown'), [['information', 'gpack.toml', 1]]);
  });

  it('reports dependencies that cannot be resolved, at their line', async () => {
    const [peer, other] = await network.peers(2);
    const { id } = await other.publish('served', '1.4.0');
    await waitForListing(peer, id, '1.4.0');
    const manifest =
      '[package]\nname = "needy"\nversion = "1.0.0"\ndescription = "d"\nlicense = "MIT"\n\n' +
      '[dependencies]\nserved = "^1.2"\nunheard-of = "1"\nmaybe = { version = "1", optional = true }\n';
    const root = await network.project('needy', '1.0.0', { 'gpack.toml': manifest });
    const draft = await draftOf(peer, root);
    assert.deepEqual(places(draft, 'dependency-unavailable'), [
      ['warning', 'gpack.toml', 9],
      ['information', 'gpack.toml', 10],
    ]);
    await writeFile(join(root, 'gpack.toml'), manifest.replace('^1.2', '^2'));
    const invalidDependencies = (await draftOf(peer, root)).diagnostics.find(({ line }) => line === 8);
    assert.match(invalidDependencies?.message ?? '', /the dependency served \(\^2\).*no version that matches '\^2'/);
  });

  it('warns of names that are taken by others, or look like theirs', async () => {
    const [peer, other] = await network.peers(2);
    for (const name of ['cool-tools', 'taken']) {
      const { id } = await other.publish(name, '1.0.0');
      await waitForListing(peer, id, '1.0.0');
    }
    const fault = async (name: string): Promise<[string, string][]> =>
      (await draftOf(peer, await network.project(name, '1.0.0', {}))).diagnostics
        .filter(({ code }) => code.startsWith('name-'))
        .map(({ code, severity }) => [code, severity]);
    assert.deepEqual(await fault('taken'), [['name-taken', 'information']]);
    for (const name of ['c00l-tools', 'coo1-tools', 'cool_tools', 'cooi-tools']) {
      assert.deepEqual(await fault(name), [['name-look-alike', 'warning']], name);
    }
    assert.deepEqual(await fault('warm-tools'), []);
  });

  it('is rejected at its version when that was published before, with file and line', async () => {
    const peer = await network.peer();
    await peer.publish('staying', '1.0.0');
    const root = await network.project('staying', '1.0.0', {});
    await assert.rejects(draftOf(peer, root), (error) => {
      assert.ok(error instanceof GgenError && error.name === 'VersionExists');
      const [fault] = (error.details['diagnostics'] as readonly string[]).map((json) => JSON.parse(json) as Diagnostic);
      assert.deepEqual([fault?.code, fault?.path, fault?.line], ['version-exists', 'gpack.toml', 4]);
      return true;
    });
  });

  it('is rejected with all its problems at once when its version was published before', async () => {
    const peer = await network.peer();
    await peer.publish('several', '1.0.0');
    const codes = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
      const root = await network.project('several', '1.0.0', files);
      const error: unknown = await draftOf(peer, root).catch((reason: unknown) => reason);
      assert.ok(error instanceof GgenError && error.name === 'VersionExists');
      const diagnostics = error.details['diagnostics'] as readonly string[];
      const found = diagnostics.map((json) => JSON.parse(json) as Diagnostic);
      return found.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    };
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
    assert.deepEqual(await codes({}), ['version-exists']);
    assert.deepEqual(await codes({ 'model.bin': pointer }), ['version-exists', 'lfs-pointer']);
    assert.deepEqual(await codes({ 'aux/con.txt': '' }), ['version-exists', 'path-unsafe']);
  });

  it('of a maintenance release is compared with the version below it, and the latest version stays', async () => {
    const [peer, reader] = await network.peers(2);
    await peer.publish('kept', '1.0.0', { 'one.txt': '1\n' });
    await peer.publish('kept', '2.0.0', { 'two.txt': '2\n' });
    await peer.publish('kept', '3.0.0-beta.1', { 'three.txt': '3\n' });
    const root = await network.project('kept', '1.0.1', { 'one.txt': 'fixed\n' });
    const draft = await draftOf(peer, root);
    assert.deepEqual([draft.previous, draft.changes?.since], ['1.0.0', '1.0.0']);
    assert.deepEqual(
      draft.changes?.changed.map(({ path }) => path),
      ['gpack.toml', 'one.txt'],
    );
    const [remark] = draft.diagnostics.filter(({ code }) => code === 'version-not-latest');
    assert.deepEqual([remark?.severity, remark?.line], ['information', 4]);
    await peer.engine.publish({ draft: draft.draft, signature: peer.key.sign(draft.bytesToSign) });
    const { id } = await peer.publish('kept', '2.0.1', { 'two.txt': 'fixed\n' });
    await waitForListing(reader, id, '2.0.1');
    const versions = (await reader.engine.listVersions({ id })).map(({ version }) => version);
    assert.deepEqual(versions, ['1.0.0', '1.0.1', '2.0.0', '2.0.1', '3.0.0-beta.1']);
    const to = join(await network.folder(), 'old');
    const installed = await reader.engine.install({ id, version: '^1', to });
    assert.equal(installed.version, '1.0.1');
    const second = await network.project('kept', '1.0.1', {});
    await assert.rejects(draftOf(peer, second), { name: 'VersionExists' });
  });

  it('respects limits lower than those of the protocol', async () => {
    const peer = await network.peer();
    const root = await network.project('small', '1.0.0', { 'a.txt': 'a', 'b.txt': 'b'.repeat(2_000) });
    const draft = (limits: { files: number; bytes: number }): Promise<ReleaseDraft> =>
      peer.engine.draftRelease({ root, publisher: peer.key.id, limits });
    await assert.rejects(draft({ files: 2, bytes: 1e9 }), { name: 'ProjectTooLarge', message: /your settings allow/ });
    await assert.rejects(draft({ files: 100, bytes: 1_000 }), { name: 'ProjectTooLarge' });
    await assert.rejects(draft({ files: 0, bytes: 1_000 }), { name: 'InvalidRequest' });
    assert.equal((await draft({ files: 3, bytes: 1e12 })).files.length, 3);
  });

  it('leaves nothing behind when it fails, is discarded, or its engine ends', async () => {
    const dataDir = await network.folder();
    let engine = await createEngine({ dataDir, version: '0.0.0-test' });
    const publisher = createPublisherKey().id;
    const drafts = async (): Promise<string[]> => readdir(join(dataDir, 'drafts')).catch(() => []);
    try {
      const root = await network.project('leaving', '1.0.0', { 'a.bin': randomBytes(2_000_000) });
      const { draft } = await engine.draftRelease({ root, publisher });
      assert.equal((await drafts()).length, 1);
      await engine.discardDraft({ draft });
      assert.deepEqual(await drafts(), []);

      const stop = new AbortController();
      const canceled = engine.draftRelease(
        { root, publisher },
        {
          signal: stop.signal,
          onProgress: ({ phase }) => {
            if (phase === 'import') stop.abort();
          },
        },
      );
      await assert.rejects(canceled, { name: 'AbortError' });
      assert.deepEqual(await drafts(), []);

      await engine.draftRelease({ root, publisher });
      await engine.close();
      assert.deepEqual(await drafts(), []);
      engine = await createEngine({ dataDir, version: '0.0.0-test' });
      assert.deepEqual(await drafts(), []);
    } finally {
      await engine.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

function places({ diagnostics }: ReleaseDraft, code: string): unknown[] {
  return diagnostics.filter((one) => one.code === code).map(({ severity, path, line }) => [severity, path, line]);
}

/** Both manifests differ in one digit, so their size is the same. */
function manifestSize({ files }: ReleaseDraft): number | undefined {
  return files.find(({ path }) => path === 'gpack.toml')?.size;
}

import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GgenError } from '../../../src/shared/errors.ts';
import { TestNetwork, eventually, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';
import { LOCK, actions, installPackages } from './project-packages.ts';
import { publishNeeding } from './publish-dependents.ts';

describe('packages of a project', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;
  let project: string;

  beforeEach(async () => {
    network = new TestNetwork();
    [publisher, reader] = await network.peers(2);
    project = await network.folder();
  });
  afterEach(() => network.close());

  async function publishApp(): Promise<string> {
    await publisher.publish('base', '1.0.0');
    await publisher.publish('base', '1.1.0', { 'a.txt': 'base 1.1\n' });
    await publishNeeding(publisher, 'left', '1.0.0', { base: '^1.0' });
    const app = await publishNeeding(publisher, 'app', '1.0.0', { left: '^1', base: '1.0', missing: '?^1' });
    for (const [name, version] of [
      ['base', '1.1.0'],
      ['left', '1.0.0'],
      ['app', '1.0.0'],
    ] as const) {
      await waitForListing(reader, `${publisher.key.id}/${name}`, version);
    }
    return app;
  }

  it('are installed with their dependencies; the plan lists them before anything is fetched', async () => {
    const app = await publishApp();
    const plan = await reader.engine.planInstall({ project, mode: 'add', packages: [app] });
    assert.deepEqual(actions(plan), ['install app 1.0.0', 'install base 1.1.0', 'install left 1.0.0']);
    assert.deepEqual(
      plan.skipped.map(({ id }) => id),
      ['missing'],
    );
    const base = plan.packages.find(({ name }) => name === 'base');
    assert.deepEqual(base?.requiredBy.map(({ by, requirement }) => `${by} ${requirement}`).sort(), [
      'app 1.0.0 ^1.0',
      'left 1.0.0 ^1.0',
    ]);
    assert.equal(base.path, join(project, 'packages', 'base'));
    assert.equal(
      plan.bytesToFetch,
      plan.packages.reduce((sum, { size }) => sum + size, 0),
    );
    assert.deepEqual(await readdir(project), [], 'nothing is written');
    const installed = await reader.engine.applyPlan({ plan: plan.plan });
    assert.deepEqual(installed.map(({ name, project: of }) => [name, of]).sort(), [
      ['app', project],
      ['base', project],
      ['left', project],
    ]);
    const tree = await readTree(project);
    assert.equal(tree.get('packages/base/a.txt')?.toString(), 'base 1.1\n');
    assert.ok(tree.get(LOCK)?.toString().includes('requirement = "^1.0.0"'));
    assert.deepEqual(
      [...tree.keys()].filter((path) => path.includes('staging')),
      [],
    );
    const repeated = await reader.engine.planInstall({ project, mode: 'add', packages: [app] });
    assert.equal(repeated.changes, false);
    await assert.rejects(reader.engine.applyPlan({ plan: plan.plan }), { name: 'PlanOutdated' });
  });

  it('are restored from the lock file on another machine, byte for byte, and without a network from local blocks', async () => {
    const app = await publishApp();
    await installPackages(reader, project, 'add', app);
    const elsewhere = await network.folder();
    await copyFile(join(project, LOCK), join(elsewhere, LOCK));
    await publisher.publish('base', '1.2.0', { 'a.txt': 'newer\n' });
    const third = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(third, `${publisher.key.id}/base`, '1.2.0');
    await installPackages(third, elsewhere, 'lock');
    assert.deepEqual(await readTree(elsewhere), await readTree(project));
    await third.engine.stopNode({});
    const offline = await network.folder();
    await copyFile(join(project, LOCK), join(offline, LOCK));
    const plan = await third.engine.planInstall({ project: offline, mode: 'lock' });
    assert.equal(plan.bytesToFetch, 0);
    await third.engine.applyPlan({ plan: plan.plan });
    assert.deepEqual(await readTree(offline), await readTree(project));
    // Git checks the file out with CRLF on Windows: an equal lock file is not written again.
    const text = await readFile(join(offline, LOCK), 'utf8');
    await writeFile(join(offline, LOCK), text.replaceAll('\n', '\r\n'));
    assert.equal((await third.engine.planInstall({ project: offline, mode: 'lock' })).changes, false);
  });

  it('are rejected when the lock file names another content than the publisher signed', async () => {
    const app = await publishApp();
    await installPackages(reader, project, 'add', app);
    const text = await readFile(join(project, LOCK), 'utf8');
    const roots = [...text.matchAll(/root = "(.*)"/g)].map(([, root]) => root ?? '');
    const elsewhere = await network.folder();
    await writeFile(join(elsewhere, LOCK), text.replace(roots[0] ?? '', roots[1] ?? ''));
    await assert.rejects(reader.engine.planInstall({ project: elsewhere, mode: 'lock' }), { name: 'LockMismatch' });
    await writeFile(join(elsewhere, LOCK), 'version = 9\n');
    await assert.rejects(reader.engine.planInstall({ project: elsewhere, mode: 'lock' }), { name: 'LockInvalid' });
    await rm(join(elsewhere, LOCK));
    await assert.rejects(reader.engine.planInstall({ project: elsewhere, mode: 'lock' }), { name: 'LockInvalid' });
    await symlink(join(project, LOCK), join(elsewhere, LOCK));
    await assert.rejects(reader.engine.planInstall({ project: elsewhere, mode: 'lock' }), { name: 'LockInvalid' });
  });

  it('keep the content of a locked version with every mode, unless its new root is accepted', async () => {
    const { id, root: locked } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n' });
    const other = await publisher.publish('other', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    await waitForListing(reader, other.id, '1.0.0');
    await installPackages(reader, project, 'add', id, other.id);
    const text = await readFile(join(project, LOCK), 'utf8');
    // A thief of the key publishes other bytes under 1.0.0 to peers that know neither the package nor its publisher.
    const island = new TestNetwork();
    try {
      const thief = await island.peerOn(await island.folder(), publisher.key);
      const { root: signed } = await thief.publish('mine', '1.0.0', { 'a.txt': 'stolen\n' });
      await thief.publish('other', '1.0.0');
      const victim = await island.peer({ bootstrap: [thief.address] });
      await waitForListing(victim, id, '1.0.0');
      await waitForListing(victim, other.id, '1.0.0');
      const clone = await island.folder();
      await writeFile(join(clone, LOCK), text);
      for (const request of [
        { mode: 'lock' },
        { mode: 'update' },
        { mode: 'update', packages: [id] },
        { mode: 'add', packages: [id] },
        { mode: 'add', packages: [`${id}@1.0.0`] },
        { mode: 'add', packages: [other.id] },
        { mode: 'remove', packages: [other.id] },
        { mode: 'update', acceptedRoots: [locked] },
      ] as const) {
        await assert.rejects(
          victim.engine.planInstall({ project: clone, ...request }),
          (error: GgenError) => {
            assert.equal(error.name, 'LockMismatch');
            assert.ok(error.message.includes(locked) && error.message.includes(signed), error.message);
            assert.deepEqual(error.details['signedRoots'], [signed]);
            return true;
          },
          JSON.stringify(request),
        );
        assert.deepEqual(await readdir(clone), [LOCK]);
        assert.equal(await readFile(join(clone, LOCK), 'utf8'), text);
      }
      const removed = await victim.engine.planInstall({ project: clone, mode: 'remove', packages: [id] });
      assert.deepEqual(
        removed.packages.map(({ name }) => name),
        ['other'],
        'the package itself can be removed',
      );
      for (const mode of ['lock', 'update'] as const) {
        const accepted = await victim.engine.planInstall({ project: clone, mode, acceptedRoots: [signed] });
        const mine = accepted.packages.find(({ name }) => name === 'mine');
        assert.deepEqual([mine?.fromRoot, mine?.root], [locked, signed]);
        if (mode === 'update') continue;
        await victim.engine.applyPlan({ plan: accepted.plan });
        assert.equal(await readFile(join(clone, 'packages', 'mine', 'a.txt'), 'utf8'), 'stolen\n');
        assert.ok((await readFile(join(clone, LOCK), 'utf8')).includes(signed));
        await writeFile(join(clone, LOCK), text);
        await rm(join(clone, 'packages'), { recursive: true });
      }
      await thief.publish('mine', '1.0.1', { 'a.txt': 'newer\n' });
      await waitForListing(victim, id, '1.0.1');
      const newer = await victim.engine.planInstall({ project: clone, mode: 'update' });
      assert.equal(newer.packages.find(({ name }) => name === 'mine')?.version, '1.0.1', 'a new version may change');
      assert.deepEqual(
        newer.mismatches,
        [{ id, version: '1.0.0', locked, signed }],
        'and the plan says what was locked',
      );
    } finally {
      await island.close();
    }
  });

  it('are not written through a symbolic link', async () => {
    const { id } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n' });
    await waitForListing(reader, id, '1.0.0');
    const elsewhere = await network.folder();
    const { plan } = await reader.engine.planInstall({ project, mode: 'add', packages: [id] });
    await symlink(elsewhere, join(project, 'packages'));
    await assert.rejects(reader.engine.applyPlan({ plan }), { name: 'UnsafePath' });
    await assert.rejects(reader.engine.planInstall({ project, mode: 'add', packages: [id] }), { name: 'UnsafePath' });
    assert.deepEqual(await readdir(elsewhere), []);
    await rm(join(project, 'packages'));
    await mkdir(join(project, 'packages'));
    await symlink(elsewhere, join(project, 'packages', 'mine'));
    await assert.rejects(reader.engine.applyPlan({ plan }), { name: /^Target/ });
    assert.deepEqual(await readdir(elsewhere), []);
  });

  it('explain a conflict in words, and change nothing', async () => {
    await publisher.publish('base', '1.0.0');
    await publisher.publish('base', '2.0.0');
    const one = await publishNeeding(publisher, 'one', '1.0.0', { base: '^1' });
    const two = await publishNeeding(publisher, 'two', '1.0.0', { base: '^2' });
    await waitForListing(reader, two, '1.0.0');
    await waitForListing(reader, one, '1.0.0');
    await installPackages(reader, project, 'add', one);
    await assert.rejects(reader.engine.planInstall({ project, mode: 'add', packages: [two] }), {
      name: 'DependencyConflict',
      message: /'one' 1\.0\.0 requires \^1; 'two' 1\.0\.0 requires \^2/,
    });
  });

  it('are updated individually or all at once, within their requirements', async () => {
    const app = await publishApp();
    await installPackages(reader, project, 'add', app);
    await publisher.publish('base', '1.2.0', { 'b.txt': 'new file\n' });
    await publishNeeding(publisher, 'app', '1.1.0', { left: '^1' });
    await publishNeeding(publisher, 'app', '2.0.0', {});
    await waitForListing(reader, app, '2.0.0');
    await waitForListing(reader, `${publisher.key.id}/base`, '1.2.0');
    const base = await reader.engine.planInstall({ project, mode: 'update', packages: ['base@^1.2.0'] });
    assert.deepEqual(actions(base), ['update base 1.1.0 -> 1.2.0']);
    assert.equal(base.packages.find(({ name }) => name === 'base')?.requested, false, 'only other packages require it');
    const one = await reader.engine.planInstall({ project, mode: 'update', packages: ['app'] });
    assert.deepEqual(actions(one), ['update app 1.0.0 -> 1.1.0'], 'the other packages stay');
    const all = await reader.engine.planInstall({ project, mode: 'update' });
    assert.deepEqual(actions(all), ['update app 1.0.0 -> 1.1.0', 'update base 1.1.0 -> 1.2.0']);
    await reader.engine.applyPlan({ plan: all.plan });
    assert.deepEqual([...(await readTree(join(project, 'packages', 'base'))).keys()].sort(), ['b.txt', 'gpack.toml']);
    await installPackages(reader, project, 'update', `${app}@^2.0.0`);
    assert.deepEqual(await readdir(join(project, 'packages')), ['app'], 'the orphaned packages are removed');
    assert.ok((await readFile(join(project, LOCK), 'utf8')).includes('requirement = "^2.0.0"'));
  });

  it('keep a yanked version that has no replacement; the plan tells it, and an update goes on with the others', async () => {
    const { id } = await publisher.publish('mine', '1.0.0');
    const other = await publisher.publish('other', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    await waitForListing(reader, other.id, '1.0.0');
    await installPackages(reader, project, 'add', id, other.id);
    const draft = await publisher.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: publisher.key.id });
    await publisher.engine.delete({ draft: draft.draft, signature: publisher.key.sign(draft.bytesToSign) });
    await publisher.publish('other', '1.1.0');
    await waitForListing(reader, other.id, '1.1.0');
    await eventually('the yank is known', async () => (await reader.engine.listVersions({ id }))[0]?.yanked);
    for (const request of [{ mode: 'lock' }, { mode: 'update' }, { mode: 'update', packages: [id] }] as const) {
      const plan = await reader.engine.planInstall({ project, ...request });
      assert.deepEqual(
        plan.packages.map(({ name, action, yanked }) => [name, action, yanked]),
        [
          ['mine', 'keep', true],
          ['other', request.mode === 'update' && !('packages' in request) ? 'update' : 'keep', false],
        ],
        JSON.stringify(request),
      );
    }
    await installPackages(reader, project, 'update');
    await assert.rejects(reader.engine.planInstall({ project: `${project}/new`, mode: 'add', packages: [id] }), {
      name: 'VersionYanked',
    });
    await publisher.publish('mine', '1.0.1');
    await waitForListing(reader, id, '1.0.1');
    const replaced = await reader.engine.planInstall({ project, mode: 'update' });
    assert.deepEqual(actions(replaced), ['update mine 1.0.0 -> 1.0.1']);
  });

  it('are removed with their orphaned dependencies', async () => {
    const app = await publishApp();
    const own = await publisher.publish('own', '1.0.0');
    await waitForListing(reader, own.id, '1.0.0');
    await installPackages(reader, project, 'add', app, own.id);
    await assert.rejects(reader.engine.planInstall({ project, mode: 'remove', packages: ['base'] }), {
      name: 'NotInstalled',
      message: /'base' is required by app, left/,
    });
    const plan = await reader.engine.planInstall({ project, mode: 'remove', packages: ['app'] });
    assert.deepEqual(actions(plan), [
      'remove app 1.0.0 -> 1.0.0',
      'remove base 1.1.0 -> 1.1.0',
      'remove left 1.0.0 -> 1.0.0',
    ]);
    await reader.engine.applyPlan({ plan: plan.plan });
    assert.deepEqual(await readdir(join(project, 'packages')), ['own']);
    assert.deepEqual(
      (await reader.engine.installed({})).map(({ name }) => name),
      ['own'],
    );
  });

  it('are detected in a checkout, and are not fetched for an outdated plan', async () => {
    const { id } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n' });
    await waitForListing(reader, id, '1.0.0');
    await installPackages(reader, project, 'add', id);
    const checkout = await network.folder();
    for (const [path, bytes] of await readTree(project)) {
      await mkdir(join(checkout, path, '..'), { recursive: true });
      await writeFile(join(checkout, path), bytes);
    }
    await installPackages(reader, checkout, 'lock');
    const state = await reader.engine.verifyInstalled({ path: join(checkout, 'packages', 'mine') });
    assert.deepEqual([state.changed, state.missing, state.extra], [[], [], []]);
    const { plan } = await reader.engine.planInstall({ project, mode: 'remove', packages: [id] });
    await writeFile(join(project, LOCK), `${await readFile(join(project, LOCK), 'utf8')}# by hand\n`);
    await assert.rejects(reader.engine.applyPlan({ plan }), { name: 'PlanOutdated' });
    await rm(join(project, 'packages'), { recursive: true });
    const repeated = await reader.engine.planInstall({ project, mode: 'lock' });
    assert.deepEqual(actions(repeated), ['install mine 1.0.0'], 'a deleted folder is installed again');
  });

  it('are unlisted when their project is gone, without creating it again', async () => {
    const { id } = await publisher.publish('mine', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    const gone = join(project, 'gone');
    await mkdir(gone);
    await installPackages(reader, gone, 'add', id);
    await rm(gone, { recursive: true });
    await installPackages(reader, gone, 'remove', id);
    assert.deepEqual(await reader.engine.installed({}), []);
    assert.deepEqual(await readdir(project), []);
  });

  it('resolve a bare name to the publisher of the dependent package, also when others use that name', async () => {
    const { id: theirs } = await reader.publish('base', '9.0.0');
    await publisher.publish('base', '1.0.0');
    const app = await publishNeeding(publisher, 'app', '1.0.0', { base: '*' });
    await waitForListing(reader, app, '1.0.0');
    await eventually('both are known', async () => {
      const { packages } = await reader.engine.search({ text: 'base', scope: 'local' });
      return packages.filter(({ name }) => name === 'base').length === 2;
    });
    const plan = await reader.engine.planInstall({ project, mode: 'add', packages: [app] });
    assert.deepEqual(plan.packages.map(({ id }) => id).sort(), [app, `${publisher.key.id}/base`].sort());
    await reader.engine.applyPlan({ plan: plan.plan });
    const both = await reader.engine.planInstall({ project, mode: 'add', packages: [theirs] });
    assert.equal(
      both.packages.find(({ id }) => id === theirs)?.path,
      join(project, 'packages', `~${reader.key.id.slice(-8)}-base`),
    );
  });
});

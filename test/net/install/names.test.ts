import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GgenError } from '../../../src/shared/errors.ts';
import { networkPerTest, waitForListing } from '../helpers/peers.ts';
import { LOCK, actions, installPackages } from './project-packages.ts';
import { publishNeeding } from './publish-dependents.ts';

describe('package names that several publishers use', () => {
  const network = networkPerTest();

  async function threePeers() {
    const [author, stranger, ...rest] = await network.peers(3);
    const reader = rest[0]!;
    const wanted = (await author.publish('prettier', '1.0.0')).id;
    const other = (await stranger.publish('prettier', '9.0.0')).id;
    for (const [id, version] of [
      [wanted, '1.0.0'],
      [other, '9.0.0'],
    ] as const) {
      await waitForListing(reader, id, version);
    }
    return { author, stranger, reader, wanted, other, project: await network.folder() };
  }

  it('are refused with all ids until the user trusts a publisher, and then mean its package in every call', async () => {
    const { author, reader, wanted, other, project } = await threePeers();
    const add = { project, mode: 'add', packages: ['prettier'] } as const;
    await assert.rejects(reader.engine.planInstall(add), (error: GgenError) => {
      assert.equal(error.name, 'PackageAmbiguous');
      assert.deepEqual((error.details['candidates'] as string[]).toSorted(), [wanted, other].toSorted());
      return true;
    });
    await reader.engine.setPublisherState({ publisher: author.key.id, state: 'trusted' });
    const plan = await reader.engine.planInstall(add);
    assert.deepEqual(
      plan.packages.map(({ id }) => id),
      [wanted],
    );
    assert.deepEqual(
      plan.names.map(({ id, reason, others }) => ({ id, reason, others })),
      [{ id: wanted, reason: 'trusted', others: [other] }],
    );
    assert.equal((await reader.engine.getPackage({ id: 'prettier' })).id, wanted);
    assert.equal((await reader.engine.getPackage({ id: 'prettier' })).publisherState, 'trusted');
    assert.equal((await reader.engine.listFiles({ release: 'prettier' })).release, `${wanted}@1.0.0`);
    assert.equal(await reader.engine.exists({ id: 'prettier', version: '9.0.0' }), false);
    await reader.engine.setPublisherState({ publisher: author.key.id, state: 'blocked' });
    assert.equal((await reader.engine.getPackage({ id: 'prettier' })).id, other);
  });

  it('mean what the lock file lists, in a fresh clone of the project, too', async () => {
    const { author, stranger, reader, wanted, project } = await threePeers();
    await installPackages(reader, project, 'add', wanted);
    const below = join(project, 'docs');
    await mkdir(below);
    assert.equal((await reader.engine.resolvePackage({ id: 'prettier', project: below })).reason, 'lock');
    const clone = await network.folder();
    await copyFile(join(project, LOCK), join(clone, LOCK));
    const fresh = await network.peer({ bootstrap: [author.address, stranger.address] });
    for (const name of [author, stranger]) {
      await waitForListing(fresh, `${name.key.id}/prettier`, name === author ? '1.0.0' : '9.0.0');
    }
    assert.equal((await fresh.engine.resolvePackage({ id: 'prettier', project: clone })).id, wanted);
    const plan = await fresh.engine.planInstall({ project: clone, mode: 'update', packages: ['prettier'] });
    assert.deepEqual(actions(plan), ['install prettier 1.0.0']);
  });

  it('are asked about once in dependencies, and then locked', async () => {
    const { author, stranger, reader, wanted, other, project } = await threePeers();
    const third = await network.peer({ bootstrap: [author.address] });
    const app = await publishNeeding(third, 'app', '1.0.0', { prettier: '*' });
    await waitForListing(reader, app, '1.0.0');
    const add = { project, mode: 'add', packages: [app] } as const;
    await assert.rejects(reader.engine.planInstall(add), (error: GgenError) => {
      assert.equal(error.name, 'DependencyMissing');
      assert.deepEqual((error.details['candidates'] as string[]).toSorted(), [wanted, other].toSorted());
      return true;
    });
    const { plan, packages, names } = await reader.engine.planInstall({ ...add, choices: [wanted] });
    assert.deepEqual(packages.map(({ id }) => id).toSorted(), [app, wanted].toSorted());
    assert.deepEqual(
      names.map(({ id, reason }) => `${id} ${reason}`),
      [`${wanted} choice`],
    );
    await reader.engine.applyPlan({ plan });
    const update = await reader.engine.planInstall({ project, mode: 'update' });
    assert.equal(update.changes, false);
    await reader.engine.setPublisherState({ publisher: author.key.id, state: 'blocked' });
    await assert.rejects(reader.engine.planInstall({ project, mode: 'update', packages: ['prettier'] }), {
      name: 'PackageNotFound',
      message: /you blocked its publisher/,
    });
    assert.equal((await reader.engine.planInstall({ project, mode: 'remove', packages: [app] })).changes, true);
    await reader.engine.setPublisherState({ publisher: stranger.key.id, state: 'trusted' });
    assert.deepEqual(
      (await reader.engine.publishers({})).map(({ publisher, state }) => `${publisher} ${state}`).slice(0, 2),
      [`${stranger.key.id} trusted`, `${author.key.id} blocked`],
    );
  });

  it('mean a package that the same request names in full', async () => {
    const { author, reader, wanted, other, project } = await threePeers();
    const third = await network.peer({ bootstrap: [author.address] });
    const app = await publishNeeding(third, 'app', '1.0.0', { prettier: '*' });
    await waitForListing(reader, app, '1.0.0');
    const plan = await reader.engine.planInstall({ project, mode: 'add', packages: [app, `${other}@^9`] });
    assert.deepEqual(plan.packages.map(({ id }) => id).toSorted(), [app, other].toSorted());
    assert.ok(!plan.packages.some(({ id }) => id === wanted));
  });
});

import assert from 'node:assert/strict';
import { eventually, networkPerTest, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { actions, installPackages } from './project-packages.ts';
import { publishNeeding } from './publish-dependents.ts';

describe('dist-tags on a network', () => {
  const network = networkPerTest();

  async function setTag({ engine, key }: TestPeer, id: string, tag: string, version?: string): Promise<void> {
    const request = { id, tag, publisher: key.id, ...(version === undefined ? {} : { version }) };
    const { draft, bytesToSign } = await engine.draftDistTag(request);
    await engine.publish({ draft, signature: key.sign(bytesToSign) });
  }

  it('reach other peers, which install by them, follow them in dependencies, and take a rollback of latest', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('base', '1.0.0');
    await publisher.publish('base', '1.1.0');
    await publisher.publish('base', '2.0.0-beta.1');
    await setTag(publisher, id, 'next', '2.0.0-beta.1');
    const app = await publishNeeding(publisher, 'app', '1.0.0', { base: 'next' });
    await waitForListing(reader, app, '1.0.0');
    await eventually('the tag is known', async () => {
      const { distTags } = await reader.engine.getPackage({ id });
      return distTags?.[0]?.tag === 'next';
    });
    assert.equal((await reader.engine.getPackageVersion({ id, version: 'next' })).release.version, '2.0.0-beta.1');
    const [byTag, plain, dependent] = [await network.folder(), await network.folder(), await network.folder()];
    await installPackages(reader, byTag, 'add', `${id}@next`);
    const { packages } = await reader.engine.planInstall({ project: byTag, mode: 'add', packages: [`${id}@next`] });
    assert.deepEqual(
      packages.map(({ version, requiredBy }) => [version, requiredBy[0]?.requirement]),
      [['2.0.0-beta.1', '^2.0.0-beta.1']],
    );
    await installPackages(reader, plain, 'add', id);
    assert.deepEqual(actions(await reader.engine.planInstall({ project: dependent, mode: 'add', packages: [app] })), [
      'install app 1.0.0',
      'install base 2.0.0-beta.1',
    ]);
    await setTag(publisher, id, 'latest', '1.0.0');
    await eventually('1.0.0 is the latest', async () => (await reader.engine.getPackage({ id })).latest === '1.0.0');
    const { packages: listed } = await reader.engine.search({ text: 'base', scope: 'local' });
    assert.deepEqual(listed.find((one) => one.id === id)?.distTags, [
      { tag: 'latest', version: '1.0.0' },
      { tag: 'next', version: '2.0.0-beta.1' },
    ]);
    const fresh = await network.folder();
    assert.deepEqual(actions(await reader.engine.planInstall({ project: fresh, mode: 'add', packages: [id] })), [
      'install base 1.0.0',
    ]);
    await assert.rejects(reader.engine.planInstall({ project: fresh, mode: 'add', packages: [`${id}@beta`] }), {
      name: 'VersionNotFound',
      message: /has no dist-tag 'beta'\. It has latest, next\./,
    });
  });

  it('are changed by their publisher only', async () => {
    const [publisher, other] = await network.peers(2);
    const { id } = await publisher.publish('base', '1.0.0');
    await waitForListing(other, id, '1.0.0');
    const request = { id, tag: 'next', version: '1.0.0' };
    await assert.rejects(other.engine.draftDistTag({ ...request, publisher: other.key.id }), { name: 'NotPublisher' });
    const { draft, bytesToSign } = await other.engine.draftDistTag({ ...request, publisher: publisher.key.id });
    await assert.rejects(other.engine.publish({ draft, signature: other.key.sign(bytesToSign) }), {
      name: 'SignatureInvalid',
    });
    await assert.rejects(publisher.engine.draftDistTag({ ...request, version: '9.9.9', publisher: publisher.key.id }), {
      name: 'VersionNotFound',
    });
  });

  it('set at publication keep another version the latest', async () => {
    const publisher = await network.peer();
    const { id } = await publisher.publish('base', '1.0.0');
    const root = await network.project('base', '2.0.0', { 'README.md': '# base\n' });
    const draft = await publisher.engine.draftRelease({ root, publisher: publisher.key.id, tag: 'next' });
    assert.equal(draft.latest, '1.0.0');
    await publisher.engine.publish({ draft: draft.draft, signature: publisher.key.sign(draft.bytesToSign) });
    assert.equal((await publisher.engine.getPackage({ id })).latest, '1.0.0');
    await assert.rejects(publisher.engine.draftRelease({ root, publisher: publisher.key.id, tag: '1.x' }));
  });
});

import assert from 'node:assert/strict';
import type { Path } from '../../src/worker/network/context.ts';
import { TestNetwork, connected, eventually, lists, meshed } from './helpers/peers.ts';

describe('how records travel', () => {
  let network: TestNetwork;
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  for (const count of [3, 12]) {
    it(`an announcement alone reaches all of ${count} peers on one address`, async () => {
      const [first, ...others] = await network.peers(count, {}, ['announce']);
      await meshed(first, 1);
      await Promise.all(others.map((peer) => meshed(peer, 1)));
      const { id, announcedTo } = await first.publish('announced', '1.0.0');
      assert.ok(announcedTo >= 1);
      await Promise.all(others.map((peer) => lists(peer, id, '1.0.0')));
    });
  }

  it('a peer subscribes to the topic and counts the others that did', async () => {
    const [first, second] = await network.peers(2);
    await meshed(first, 1);
    await meshed(second, 1);
    await second.stop();
    await eventually('the subscriber is gone', async () => (await first.engine.status({})).topicPeers === 0);
  });

  it('a head alone is put by one of three peers and got by another, by exact id', async () => {
    const [first, second, third] = await network.peers(3, {}, ['head']);
    await connected(second, [third!]);
    const { id, dhtStored } = await first.publish('headed', '1.2.3');
    assert.ok(dhtStored >= 1, 'a peer acknowledged the value');
    const found = await third!.engine.getPackage({ id });
    assert.equal(found.latest, '1.2.3');
    assert.equal(found.metadata.description, 'The headed package');
  });

  it('sync alone brings a peer that joins later everything, and a second visit only what is new', async () => {
    const paths: Path[] = ['sync'];
    const first = await network.peer({}, paths);
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.push((await first.publish(name, '1.0.0')).id);
    const late = await network.peer({ bootstrap: [first.address] }, paths);
    for (const id of ids) await lists(late, id, '1.0.0');
    const { id } = await first.publish('four', '1.0.0');
    await late.restart();
    await lists(late, id, '1.0.0');
  });

  it('a peer that was never connected to the publisher gets its packages through another one', async () => {
    const paths: Path[] = ['sync'];
    const publisher = await network.peer({}, paths);
    const { id } = await publisher.publish('relayed', '1.0.0');
    const between = await network.peer({ bootstrap: [publisher.address] }, paths);
    await lists(between, id, '1.0.0');
    await publisher.stop();
    const last = await network.peer({ bootstrap: [between.address] }, paths);
    await lists(last, id, '1.0.0');
  });

  it('search alone finds what only another peer has', async () => {
    const [first, second] = await network.peers(2, {}, ['search']);
    const { id } = await second.publish('needle-in-haystack', '0.1.0');
    assert.deepEqual((await first.engine.search({ text: 'needle', scope: 'local' })).packages, []);
    const answer = await eventually('the other peer is asked', async () => {
      const results = await first.engine.search({ text: 'needle' });
      return results.peersAnswered === 1 && results;
    });
    assert.deepEqual(
      answer.packages.map((summary) => summary.id),
      [id],
    );
    assert.equal(answer.remoteCount, 1);
    assert.equal(answer.packages[0]?.providers, 1);
  });

  it('a search reports what is known here first, then the network, as one ranked list', async () => {
    const [first, second] = await network.peers(2, {}, ['search']);
    await first.publish('parser', '1.0.0');
    await second.publish('parser-combinators', '1.0.0');
    const updates: string[][] = [];
    await eventually('both are found', async () => {
      updates.length = 0;
      const { packages } = await first.engine.search(
        { text: 'parser' },
        { onProgress: (results) => updates.push(results.packages.map(({ name }) => name)) },
      );
      return packages.length === 2 && packages[0]?.name === 'parser';
    });
    assert.deepEqual(updates[0]?.includes('parser'), true);
  });

  it('republishing the same version is refused, and a restart makes no duplicates', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('once', '1.0.0');
    await lists(second, id, '1.0.0');
    await assert.rejects(first.publish('once', '1.0.0'), { name: 'VersionNotHigher', message: /1\.0\.0/ });
    await first.restart();
    await second.restart({ bootstrap: [first.address] });
    await connected(second, [first]);
    const { packages } = await second.engine.search({ text: 'once' });
    assert.deepEqual(
      packages.map((summary) => summary.id),
      [id],
    );
    assert.equal((await second.engine.peer({ id: first.id })).provides.length, 1);
  });

  it('a new version supersedes, and both stay installable', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('growing', '1.0.0');
    await lists(second, id, '1.0.0');
    await first.publish('growing', '1.1.0', { 'README.md': 'new\n' });
    await lists(second, id, '1.1.0');
    const versions = await second.engine.listVersions({ id });
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['1.0.0', '1.1.0'],
    );
    const old = await second.engine.getPackageVersion({ id, version: '~1.0' });
    assert.equal(old.release.version, '1.0.0');
  });

  it('several publishers each have their own namespace for one name', async () => {
    const [first, second, third] = await network.peers(3);
    const ids = await Promise.all([first.publish('shared-name', '1.0.0'), second.publish('shared-name', '2.0.0')]);
    for (const { id, version } of ids) await lists(third!, id, version);
    await assert.rejects(third!.engine.getPackage({ id: 'shared-name' }), { name: 'PackageAmbiguous' });
  });

  it('a yanked release is marked everywhere, and good again when the publisher says so', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('regretted', '1.0.0');
    await lists(second, id, '1.0.0');
    for (const yanked of [true, false]) {
      const draft = await first.engine.draftYank({ id, version: '1.0.0', yanked, publisher: first.key.id });
      await first.engine.delete({ draft: draft.draft, signature: first.key.sign(draft.bytesToSign) });
      await eventually(`yanked is ${yanked} on the other peer`, async () => {
        const [release] = await second.engine.listVersions({ id });
        return release?.yanked === yanked;
      });
    }
    await assert.rejects(second.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: second.key.id }), {
      name: 'NotPublisher',
    });
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { waitForConnections, eventually, waitForListing, waitForMesh, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';
import { readTree } from './helpers/trees.ts';
import { scriptedPeer } from './scripted-peer.ts';

/**
 * ggen's two lists of what a marketplace of peers must do, under ggen's names, each on real nodes. The tests of each
 * room cover the details.
 */

describe('ggen: what the marketplace does', () => {
  const network = networkPerTest();

  it('network initialization', async () => {
    const peer = await network.peer();
    const { node, tasks } = await peer.engine.status({});
    assert.equal(node.state, 'running');
    assert.match(node.peerId ?? '', /^12D3KooW/);
    assert.match(node.addresses[0] ?? '', /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3KooW/);
    assert.ok(tasks.some(({ name }) => name === 'sync'));
  });

  it('discovery by DHT', async () => {
    const [, second, third] = await network.peers(3, {}, []);
    await waitForConnections(second, [third!]);
  });

  it('announcement', async () => {
    const [first, second] = await network.peers(2, {}, ['announce']);
    await waitForMesh(first, 1);
    const { id, announcedTo } = await first.publish('announced', '1.0.0');
    assert.equal(announcedTo, 1);
    await waitForListing(second, id, '1.0.0');
  });

  it('search finds remote packages', async () => {
    const [first, second] = await network.peers(2, {}, ['search']);
    const { id } = await second.publish('needle-in-haystack', '0.1.0');
    assert.deepEqual((await first.engine.search({ text: 'needle', scope: 'local' })).packages, []);
    const answer = await eventually('the other peer is asked', async () => {
      const results = await first.engine.search({ text: 'needle' });
      return results.peersAnswered === 1 && results;
    });
    assert.deepEqual(ids(answer), [id]);
    assert.equal(answer.remoteCount, 1);
    assert.equal(answer.packages[0]?.providers, 1);
  });

  it('retrieval', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('fetched', '1.0.0', { 'data/a.txt': 'a\n', 'README.md': '# Fetched\n' });
    await waitForListing(reader, id, '1.0.0');
    const to = join(await network.folder(), 'to');
    await reader.engine.install({ id, to });
    const files = await readTree(to);
    assert.deepEqual([...files.keys()].sort(), ['README.md', 'data/a.txt', 'gpack.toml']);
    assert.equal(files.get('data/a.txt')?.toString(), 'a\n');
  });

  it('several peers', async () => {
    const peers = await network.peers(4);
    const published = await Promise.all(peers.map((peer, index) => peer.publish(`from-${index}`, '1.0.0')));
    for (const peer of peers) for (const { id } of published) await waitForListing(peer, id, '1.0.0');
  });

  it('republishing without duplicates', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('once', '1.0.0');
    await waitForListing(second, id, '1.0.0');
    await assert.rejects(first.publish('once', '1.0.0'), { name: 'VersionExists', message: /1\.0\.0/ });
    await first.restart();
    await second.restart({ bootstrap: [first.address] });
    await waitForConnections(second, [first]);
    assert.deepEqual(ids(await second.engine.search({ text: 'once' })), [id]);
    assert.equal((await second.engine.peer({ id: first.id })).provides.length, 1);
  });

  it('reputation', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('earned', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    const before = await reader.engine.peer({ id: publisher.id });
    await reader.engine.install({ id, to: join(await network.folder(), 'to') });
    const after = await reader.engine.peer({ id: publisher.id });
    assert.equal(after.successes, before.successes + 1);
    assert.ok(after.reputation > before.reputation);
  });

  it('DHT put and get', async () => {
    const [first, , third] = await network.peers(3, {}, ['head']);
    await waitForConnections(third!, [first]);
    const { id, dhtStored } = await first.publish('headed', '1.2.3');
    assert.ok(dhtStored >= 1, 'a peer acknowledged the value');
    assert.equal((await third!.engine.getPackage({ id })).latest, '1.2.3');
  });

  it('topic subscription', async () => {
    const [first, second] = await network.peers(2);
    await waitForMesh(first, 1);
    await waitForMesh(second, 1);
    await second.stop();
    await eventually('the subscriber is gone', async () => (await first.engine.status({})).topicPeers === 0);
  });

  it('version updates', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('growing', '1.0.0');
    await waitForListing(second, id, '1.0.0');
    await first.publish('growing', '1.1.0', { 'README.md': 'new\n' });
    await waitForListing(second, id, '1.1.0');
    const versions = await second.engine.listVersions({ id });
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['1.0.0', '1.1.0'],
    );
    assert.equal((await second.engine.getPackageVersion({ id, version: '~1.0' })).release.version, '1.0.0');
  });
});

describe('ggen: what the network does', () => {
  const network = networkPerTest();

  it('bootstrap and discovery', async () => {
    const [first, second, third] = await network.peers(3);
    const [seen] = await waitForConnections(first, [second]);
    assert.equal(seen?.direction, 'inbound');
    await waitForConnections(second, [third!]);
    await eventually('both are in the routing table', async () => {
      return (await first.engine.status({})).routingTableSize >= 2;
    });
  });

  it('put and get', async () => {
    const [first, second] = await network.peers(2, {}, ['head']);
    const { id } = await first.publish('kept', '1.0.0', { 'README.md': '# Kept\n' });
    const found = await second.engine.getPackage({ id });
    assert.equal(found.metadata.description, 'The kept package');
    assert.deepEqual(await second.engine.exists({ id }), true);
    await assert.rejects(second.engine.getPackage({ id: `${first.key.id}/never-put` }), { name: 'PackageNotFound' });
  });

  it('announcement to three', async () => {
    const [first, ...others] = await network.peers(4, {}, ['announce']);
    await waitForMesh(first, 3);
    const { id } = await first.publish('heard', '1.0.0');
    await Promise.all(others.map((peer) => waitForListing(peer, id, '1.0.0')));
  });

  it('reputation both ways', async () => {
    const requester = await network.peer({}, ['search']);
    const honest = await network.peer({ bootstrap: [requester.address] }, ['search']);
    await honest.publish('wanted', '1.0.0');
    const maliciousPeer = await scriptedPeer(requester.address, (write) =>
      write({ record: new Uint8Array(100), serves: true }),
    );
    try {
      await eventually('both have answered', async () => {
        await requester.engine.search({ text: 'wanted' });
        return (
          (await reputation(requester, honest.id)).successes > 0 &&
          (await reputation(requester, maliciousPeer.id)).failures > 0
        );
      });
      const improved = await reputation(requester, honest.id);
      const worsened = await reputation(requester, maliciousPeer.id);
      assert.ok(improved.reputation > worsened.reputation);
      assert.equal(improved.failures, 0);
      assert.equal(worsened.successes, 0);
    } finally {
      await maliciousPeer.stop();
    }
  });

  it('search with five packages', async () => {
    const [requester, ...otherPeers] = await network.peers(4, { fanOut: 5 }, ['search']);
    await waitForConnections(requester, otherPeers);
    const published = ['parser', 'parser-tools', 'json-parser', 'xml-parser', 'parser-extras'];
    await Promise.all(published.map((name, index) => otherPeers[index % otherPeers.length]!.publish(name, '1.0.0')));
    const results = await eventually('all three have answered', async () => {
      const answer = await requester.engine.search({ text: 'parser' });
      return answer.peersAnswered === 3 && answer;
    });
    assert.equal(results.packages[0]?.name, 'parser');
    assert.deepEqual(results.packages.map(({ name }) => name).sort(), [...published].sort());
  });
});

function ids({ packages }: { readonly packages: readonly { readonly id: string }[] }): string[] {
  return packages.map(({ id }) => id);
}

async function reputation(
  requester: TestPeer,
  id: string,
): Promise<{ readonly reputation: number; readonly successes: number; readonly failures: number }> {
  return (await requester.engine.peers({})).some((peer) => peer.id === id)
    ? requester.engine.peer({ id })
    : { reputation: 0, successes: 0, failures: 0 };
}

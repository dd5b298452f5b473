import assert from 'node:assert/strict';
import { join } from 'node:path';
import { waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

describe('peer standings', () => {
  const network = networkPerTest();

  async function waitForDisconnect(peer: TestPeer, other: TestPeer): Promise<void> {
    await eventually('they are disconnected', async () => {
      const peers = await peer.engine.peers({ connectedOnly: true });
      return !peers.some(({ id }) => id === other.id);
    });
  }

  it('a banned peer is disconnected, stays banned after a restart, is shown with the reason, and returns when unbanned', async () => {
    const [first, second] = await network.peers(2);
    const banned = await first.engine.banPeer({ id: second.id, reason: 'It spoils the soup.' });
    assert.equal(banned.standing, 'banned');
    assert.equal(banned.standingReason, 'It spoils the soup.');
    await waitForDisconnect(first, second);
    const { id } = await second.publish('unheard', '1.0.0');
    const { state, error } = await first.engine.bootstrap({ address: second.address });
    assert.equal(state, 'failed', error);
    await first.restart();
    const [listed] = (await first.engine.peers({})).filter((peer) => peer.id === second.id);
    assert.equal(listed?.standing, 'banned');
    assert.deepEqual((await first.engine.search({ text: 'unheard' })).packages, []);
    const unbanned = await first.engine.unbanPeer({ id: second.id });
    assert.equal(unbanned.standing, 'normal');
    await first.engine.bootstrap({ address: second.address });
    await waitForConnections(first, [second]);
    await waitForListing(first, id, '1.0.0');
  });

  it('a ban can expire, at a time that must be in the future', async () => {
    const [first, second] = await network.peers(2);
    await assert.rejects(first.engine.banPeer({ id: second.id, until: 1 }), { name: 'InvalidRequest' });
    await assert.rejects(first.engine.banPeer({ id: 'no-peer-id' }), { name: 'InvalidRequest' });
    await assert.rejects(first.engine.banPeer({ id: first.id }), { name: 'InvalidRequest' });
    const until = Date.now() + 1_500;
    assert.equal((await first.engine.banPeer({ id: second.id, until })).standingUntil, until);
    await waitForDisconnect(first, second);
    await eventually('the ban has expired', async () => {
      return (await first.engine.peer({ id: second.id })).standing === 'normal';
    });
    await waitForConnections(first, [second]);
  });

  it('a trusted peer is shown as such, until trust is taken back', async () => {
    const [first, second] = await network.peers(2);
    await waitForConnections(first, [second]);
    assert.equal((await first.engine.trustPeer({ id: second.id, trusted: true })).standing, 'trusted');
    assert.equal((await first.engine.trustPeer({ id: second.id, trusted: false })).standing, 'normal');
  });

  it('an installation counts once for the peer that provided it, and the score shows its components', async () => {
    const [publisher, reader] = await network.peers(2);
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`file-${index}.txt`, `content ${index}`]),
    );
    const { id } = await publisher.publish('many-files', '1.0.0', files);
    await waitForListing(reader, id, '1.0.0');
    const before = await reader.engine.peer({ id: publisher.id });
    await reader.engine.install({ id, to: join(await network.folder(), 'to') });
    const after = await reader.engine.peer({ id: publisher.id });
    assert.equal(after.successes, before.successes + 1);
    assert.equal(after.verifiedPackages, 1);
    assert.ok((after.throughput ?? 0) > 0);
    const { success, responseTime, availability, recency, proximity } = after.reputationParts;
    const sum = success + responseTime + availability + recency + proximity;
    assert.equal(Math.min(sum, 1).toFixed(6), after.reputation.toFixed(6));
    assert.ok(availability > before.reputationParts.availability);
  });
});

describe('stop serving a package', () => {
  const network = networkPerTest();

  it('stops serving that package and nothing else; publishing it again serves it again', async () => {
    const [publisher, reader] = await network.peers(2);
    const shared = 'in both packages\n'.repeat(50);
    const stopped = await publisher.publish('stopped', '1.0.0', { 'shared.txt': shared, 'own.txt': 'only here' });
    const kept = await publisher.publish('kept', '1.0.0', { 'shared.txt': shared });
    for (const { id } of [stopped, kept]) await waitForListing(reader, id, '1.0.0');
    await publisher.engine.stopSeeding({ id: stopped.id });
    await eventually('the reader knows the package', async () => {
      await reader.restart({ bootstrap: [publisher.address] });
      await waitForConnections(reader, [publisher]);
      return eventually('the file is read', async () => {
        return !(await reader.engine.peer({ id: publisher.id })).provides.includes(stopped.id);
      });
    });
    const folder = await network.folder();
    await assert.rejects(reader.engine.install({ id: stopped.id, to: join(folder, 'a') }), {
      name: 'ContentUnavailable',
    });
    await reader.engine.install({ id: kept.id, to: join(folder, 'b') });
    await publisher.restart();
    await publisher.engine.install({ id: stopped.id, to: join(folder, 'c') });
    await reader.restart({ bootstrap: [publisher.address] });
    await waitForConnections(reader, [publisher]);
    await eventually('the reader knows it again', async () => {
      return (await reader.engine.peer({ id: publisher.id })).provides.includes(stopped.id);
    });
    await reader.engine.install({ id: stopped.id, to: join(folder, 'd') });
    await assert.rejects(publisher.engine.stopSeeding({ id: 'nothing-such' }), { name: 'PackageNotFound' });
  });

  it('shows its background tasks', async () => {
    const peer = await network.peer();
    const names = (await peer.engine.status({})).tasks.map(({ name }) => name).sort();
    assert.deepEqual(names, [
      'dial',
      'expire',
      'index',
      'prune-connections',
      'reprovide',
      'republish-heads',
      'round-trip-times',
      'save',
      'storage',
      'sync',
    ]);
    await peer.engine.stopNode({});
    assert.deepEqual((await peer.engine.status({})).tasks.map(({ name }) => name).sort(), [
      'expire',
      'index',
      'save',
      'storage',
    ]);
  });
});

import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { AnnounceLimits } from '../../src/worker/protocols/announce/rate-limits.ts';
import { encodeAnnouncement, decodeAnnouncement } from '../../src/worker/node/announcement.ts';
import { TOPIC } from '../../src/worker/node/protocols.ts';
import { barePeer, corruptSignature, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { TestNetwork, eventually, waitForListing, waitForMesh } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

describe('announcements', () => {
  let network: TestNetwork;
  const bare: BarePeer[] = [];
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(async () => {
    for (const peer of bare.splice(0)) await peer.stop();
    await network.close();
  });

  /** A bare peer that is connected to an engine's node and in its gossip mesh. */
  async function meshedPeer(to: TestPeer): Promise<BarePeer> {
    const peer = await barePeer();
    bare.push(peer);
    await peer.dial(to.address);
    const { pubsub } = peer.node.libp2p.services;
    await eventually('they are subscribed to each other', async () => {
      const isSubscribed = pubsub.getSubscribers(TOPIC).some((other) => other.toString() === to.id);
      return isSubscribed && (await to.engine.status({})).topicPeers >= bare.length;
    });
    return peer;
  }

  /** Collects the records that a bare peer receives. */
  function collectMessages(peer: BarePeer): Uint8Array[] {
    const messages: Uint8Array[] = [];
    peer.node.libp2p.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
      messages.push(decodeAnnouncement(detail.msg.data).record);
    });
    return messages;
  }

  it('are verified before they are forwarded, and an invalid one lowers the reputation of its sender', async () => {
    const peer = await network.peer({}, ['announce']);
    const [maliciousPeer, listener] = [await meshedPeer(peer), await meshedPeer(peer)];
    const messages = collectMessages(listener);
    await maliciousPeer.announce(corruptSignature(signedRecord('false').envelope));
    await eventually('the sender lost reputation', async () => {
      return (await peer.engine.peer({ id: maliciousPeer.id })).failures === 1;
    });
    const { envelope, id } = signedRecord('true');
    await maliciousPeer.announce(envelope);
    await waitForListing(peer, id, '1.0.0');
    await eventually('the valid record is forwarded', () => messages.length > 0);
    assert.deepEqual(
      messages.map((data) => Buffer.compare(data, envelope)),
      [0],
    );
  });

  it('of this node are not echoed, and known ones are not forwarded again', async () => {
    const peer = await network.peer({}, ['announce']);
    const [one, other] = [await meshedPeer(peer), await meshedPeer(peer)];
    const [receivedByFirst, receivedBySecond] = [collectMessages(one), collectMessages(other)];
    const { envelope, id } = signedRecord('said-once');
    await one.announce(envelope);
    await waitForListing(peer, id, '1.0.0');
    await eventually('the other peer received it', () => receivedBySecond.length === 1);
    await other.announce(envelope).catch(() => undefined);
    const last = signedRecord('said-last');
    await other.announce(last.envelope);
    await eventually('the last record came', () => receivedByFirst.length === 1);
    assert.equal(Buffer.compare(receivedByFirst[0]!, last.envelope), 0, 'never its own record');
    assert.equal(receivedBySecond.length, 1);
  });

  it('name the provider of the package, which counts only when that peer signed the claim', async () => {
    const peer = await network.peer({}, ['announce']);
    const [maliciousPeer, honest] = [await meshedPeer(peer), await meshedPeer(peer)];
    const messages = collectMessages(honest);
    const [claimed, announced] = [signedRecord('claimed'), signedRecord('served')];
    const signature = await maliciousPeer.node.sign(new Uint8Array(32));
    const providerKey = honest.node.publicKey;
    await maliciousPeer.node.libp2p.services.pubsub.publish(
      TOPIC,
      encodeAnnouncement({ record: claimed.envelope, providerKey, signature }),
    );
    await waitForListing(peer, claimed.id, '1.0.0');
    await eventually('the record is forwarded nevertheless', () => messages.length === 1);
    await honest.announce(announced.envelope);
    const { provides } = await eventually('the provider is known', async () => {
      const details = await peer.engine.peer({ id: honest.id });
      return details.provides.length > 0 && details;
    });
    assert.deepEqual(provides, [announced.id]);
    assert.equal(
      (await peer.engine.peer({ id: maliciousPeer.id })).failures,
      0,
      'a false claim does not count against the sender of a valid record',
    );
  });

  it('that are too short or too long have no record, and lower the reputation of their sender', async () => {
    const peer = await network.peer({}, ['announce']);
    const maliciousPeer = await meshedPeer(peer);
    for (const length of [0, 95, 96, 70_000]) {
      await maliciousPeer.node.libp2p.services.pubsub.publish(TOPIC, new Uint8Array(length));
    }
    // The first three have the same, empty record: they are one message.
    await eventually(
      'both count against the sender',
      async () => (await peer.engine.peer({ id: maliciousPeer.id })).failures === 2,
    );
  });

  it('ban a peer that floods invalid ones, while those of other peers are still received', async () => {
    const peer = await network.peer({}, ['announce']);
    const [maliciousPeer, honest] = [await meshedPeer(peer), await meshedPeer(peer)];
    for (let index = 0; index < 20; index++)
      await maliciousPeer.announce(corruptSignature(signedRecord(`false-${index}`).envelope));
    const { id, envelope } = signedRecord('true');
    await honest.announce(envelope);
    await waitForListing(peer, id, '1.0.0');
    const banned = await eventually('the sender is banned', async () => {
      const details = await peer.engine.peer({ id: maliciousPeer.id });
      return details.standing === 'banned' && details;
    });
    assert.match(banned.standingReason ?? '', /invalid responses/);
    assert.ok((banned.standingUntil ?? 0) > Date.now());
    await eventually('it is disconnected', async () => !(await peer.engine.peer({ id: maliciousPeer.id })).connected);
    await maliciousPeer.dial(peer.address).catch(() => undefined);
    await eventually('it is not accepted again', () => maliciousPeer.node.libp2p.getPeers().length === 0);
    await peer.engine.unbanPeer({ id: maliciousPeer.id });
    await maliciousPeer.dial(peer.address);
    await eventually('it is accepted', async () => (await peer.engine.peer({ id: maliciousPeer.id })).connected);
  });

  it('over the rate limit are ignored without validation, and do not affect reputation', () => {
    const limits = new AnnounceLimits();
    const key = createPublisherKey();
    const { envelope } = signedRecord('heavy', { key });
    assert.equal(limits.isAllowed('peer', envelope), true);
    limits.chargeWork('peer', 60_000);
    assert.equal(limits.isAllowed('peer', envelope), false, 'its share of work is used up');
    assert.equal(limits.isAllowed('other', envelope), true, 'that of other peers is not');
    for (let count = 0; count < 11_000; count++) limits.chargeRecord(envelope);
    assert.equal(
      limits.isAllowed('other', signedRecord('more', { key }).envelope),
      false,
      'the publisher has reached its limit',
    );
    assert.equal(limits.isAllowed('other', signedRecord('of-another').envelope), true);
    for (let count = 0; count < 500; count++) limits.addWaiting('other');
    assert.equal(limits.isAllowed('other', signedRecord('waiting').envelope), false, 'too many of them wait');
    limits.removeWaiting('other');
    assert.equal(limits.isAllowed('other', signedRecord('waiting').envelope), true);
  });

  // test/unit/worker/protocols/announce counts that they are stored in batches, between which the event loop runs.
  it('of hundreds of records at once are all ingested', async () => {
    const peer = await network.peer({}, ['announce']);
    const flood = await meshedPeer(peer);
    await waitForMesh(peer, 1);
    const keys = Array.from({ length: 5 }, () => createPublisherKey());
    const records = Array.from({ length: 400 }, (_, index) => {
      return signedRecord(`flood-${index}`, { key: keys[index % 5]! }).envelope;
    });
    for (const record of records) await flood.announce(record);
    await eventually('all are known', async () => (await peer.engine.status({})).counts.network === records.length);
  });
});

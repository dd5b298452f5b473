import assert from 'node:assert/strict';
import type { PeerId } from '@libp2p/interface';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import {
  claimSigningBytes,
  decodeAnnouncement,
  encodeAnnouncement,
} from '../../../../../src/worker/node/announcement.ts';
import { TopicValidatorResult } from '../../../../../src/worker/node/gossip.ts';
import { TOPIC } from '../../../../../src/worker/node/protocols.ts';
import { Announce } from '../../../../../src/worker/protocols/announce/index.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import type { FakeNode } from '../support/fake-network.ts';
import { until, withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

const key = createPublisherKey();
/** Records that ingest stores in one transaction. */
const MAX_BATCH_RECORDS = 100;

type Validate = (sender: PeerId, message: { readonly data: Uint8Array }) => Promise<TopicValidatorResult>;

/** What of gossipsub is used: the validator, which a test calls as gossipsub would, and what was published. */
class FakePubsub {
  readonly topicValidators = new Map<string, Validate>();
  readonly topics: string[] = [];
  readonly published: Uint8Array[] = [];
  subscribers: PeerId[] = [];

  subscribe(topic: string): void {
    this.topics.push(topic);
  }

  getSubscribers(): PeerId[] {
    return this.subscribers;
  }

  async publish(_topic: string, data: Uint8Array): Promise<{ recipients: PeerId[] }> {
    this.published.push(data);
    return Promise.resolve({ recipients: this.subscribers });
  }

  async receive(sender: FakeNode, data: Uint8Array): Promise<TopicValidatorResult | undefined> {
    return this.topicValidators.get(TOPIC)?.(sender.peerId, { data });
  }
}

function withAnnounce(
  work: (announce: Announce, pubsub: FakePubsub, peer: TestPeer, sender: FakeNode) => Promise<void>,
): Promise<void> {
  return withPeers(new FakeNetwork(), 2, async (peer, { node: sender }) => {
    const pubsub = new FakePubsub();
    const { node, catalog, sink, peerReputation, telemetry, log, stopped, enabledProtocols } = peer;
    const announce = new Announce({
      node: { publicKey: node.publicKey, sign: (bytes) => node.sign(bytes), libp2p: { services: { pubsub } } },
      ...{ catalog, sink, peerReputation, telemetry, log, stopped, enabledProtocols },
    });
    announce.start();
    await work(announce, pubsub, peer, sender);
  });
}

async function announcement(record: Uint8Array, provider: FakeNode, signer = provider): Promise<Uint8Array> {
  const signature = await signer.sign(claimSigningBytes(record));
  return encodeAnnouncement({ record, providerKey: provider.publicKey, signature });
}

describe('announcements', () => {
  it('are published with a valid claim of this node', async () => {
    await withAnnounce(async (announce, pubsub, peer, other) => {
      assert.deepEqual(pubsub.topics, [TOPIC]);
      pubsub.subscribers = [other.peerId];
      const record = sealedRecord(key, 'alpha');
      assert.equal(await announce.publish(record), 1);
      assert.equal(announce.subscribers(), 1);
      const [message = new Uint8Array()] = pubsub.published;
      assert.deepEqual(Buffer.from(decodeAnnouncement(message).record), Buffer.from(record));
      // Another node accepts the claim.
      assert.equal(await pubsub.receive(other, message), TopicValidatorResult.Accept);
      await until(() => peer.catalog.peers.providers(key.id, 'alpha').length === 1);
      assert.deepEqual(peer.catalog.peers.providers(key.id, 'alpha'), [peer.id]);
      peer.enabledProtocols.delete('announce');
      assert.equal(await announce.publish(record), 0);
      assert.equal(pubsub.published.length, 1);
    });
  });

  it('are stored before they are forwarded, and forwarded only when they are news', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const second = await announcement(sealedRecord(key, 'alpha', { seq: 2 }), sender);
      assert.equal(await pubsub.receive(sender, second), TopicValidatorResult.Accept);
      assert.deepEqual(peer.known(), ['alpha']);
      assert.equal(await pubsub.receive(sender, second), TopicValidatorResult.Ignore);
      const first = await announcement(sealedRecord(key, 'alpha'), sender);
      assert.equal(await pubsub.receive(sender, first), TopicValidatorResult.Ignore);
      assert.deepEqual(peer.countsOf(sender.id), { successes: 0, failures: 0 });
    });
  });

  it('with a false claim are forwarded, but name no provider', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const falseClaim = await announcement(sealedRecord(key, 'alpha'), peer.node, sender);
      assert.equal(await pubsub.receive(sender, falseClaim), TopicValidatorResult.Accept);
      assert.deepEqual(peer.catalog.peers.providers(key.id, 'alpha'), []);
    });
  });

  it('of a contradicting record are not forwarded, and not held against the sender', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const known = sealedRecord(key, 'alpha', { releases: [{ version: '1.0.0' }, { version: '2.0.0' }] });
      await pubsub.receive(sender, await announcement(known, sender));
      const lacking = await announcement(sealedRecord(key, 'alpha', { seq: 2 }), sender);
      assert.equal(await pubsub.receive(sender, lacking), TopicValidatorResult.Ignore);
      assert.equal(peer.countsOf(sender.id).failures, 0);
    });
  });

  const HOSTILE: readonly [what: string, make: (record: Uint8Array) => Uint8Array][] = [
    ['shorter than a claim', (record) => record.subarray(0, 40)],
    ['empty', () => new Uint8Array()],
    ['longer than any record', () => new Uint8Array(70_000)],
    ['random bytes', (record) => record.map((byte, index) => byte ^ (index * 7))],
    ['a record with a flipped bit', (record) => record.map((byte, index) => (index === 100 ? byte ^ 1 : byte))],
  ];
  for (const [what, make] of HOSTILE) {
    it(`that are ${what} are rejected, and cost the sender reputation`, async () => {
      await withAnnounce(async (_announce, pubsub, peer, sender) => {
        const message = make(await announcement(sealedRecord(key, 'alpha'), sender));
        assert.equal(await pubsub.receive(sender, message), TopicValidatorResult.Reject);
        assert.deepEqual(peer.countsOf(sender.id), { successes: 0, failures: 1 });
        assert.deepEqual(peer.known(), []);
      });
    });
  }

  it('from the future are not forwarded, but not held against the sender, whose clock may be right', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const updated = Date.now() + 30 * 24 * 60 * 60 * 1000;
      const message = await announcement(sealedRecord(key, 'alpha', { updated }), sender);
      assert.equal(await pubsub.receive(sender, message), TopicValidatorResult.Ignore);
      assert.equal(peer.countsOf(sender.id).failures, 0);
    });
  });

  it('of a banned peer, and those that come while the node stops, are ignored', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const message = await announcement(sealedRecord(key, 'alpha'), sender);
      peer.peerReputation.ban(sender.id, 'It misbehaved.');
      assert.equal(await pubsub.receive(sender, message), TopicValidatorResult.Ignore);
      peer.peerReputation.clearStanding(sender.id);
      peer.stop();
      assert.equal(await pubsub.receive(sender, message), TopicValidatorResult.Ignore);
      assert.deepEqual(peer.known(), []);
    });
  });

  it('that cannot be stored are ignored, and logged once', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      peer.sink.close();
      for (const name of ['alpha', 'beta']) {
        const message = await announcement(sealedRecord(key, name), sender);
        assert.equal(await pubsub.receive(sender, message), TopicValidatorResult.Ignore);
      }
      assert.equal(peer.log.lines.filter((line) => line.includes('Could not store announcements')).length, 1);
      assert.equal(peer.countsOf(sender.id).failures, 0);
    });
  });

  it('of hundreds of records at once are stored in slices, between which the event loop runs', async () => {
    await withAnnounce(async (_announce, pubsub, peer, sender) => {
      const messages = await Promise.all(
        Array.from({ length: 400 }, (_, index) => announcement(sealedRecord(key, `flood-${index}`), sender)),
      );
      let inTurn = 0;
      let largest = 0;
      peer.onStored = () => {
        if (inTurn++ === 0) setImmediate(() => (inTurn = 0));
        largest = Math.max(largest, inTurn);
      };
      const verdicts = await Promise.all(messages.map((message) => pubsub.receive(sender, message)));
      assert.ok(verdicts.every((verdict) => verdict === TopicValidatorResult.Accept));
      assert.ok(largest > 0 && largest <= MAX_BATCH_RECORDS, `${largest} records in one turn`);
      await until(() => peer.catalog.peers.packagesOf(sender.id).length === 400, Infinity);
    });
  });

  it('above the limit of waiting ones are ignored', async () => {
    await withAnnounce(async (_announce, pubsub, _peer, sender) => {
      const messages = await Promise.all(
        Array.from({ length: 520 }, (_, index) => announcement(sealedRecord(key, `flood-${index}`), sender)),
      );
      const verdicts = await Promise.all(messages.map((message) => pubsub.receive(sender, message)));
      assert.equal(verdicts.filter((verdict) => verdict === TopicValidatorResult.Ignore).length, 20);
    });
  });
});

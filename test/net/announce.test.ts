import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { AnnounceLimits } from '../../src/worker/protocols/announce/announce-limits.ts';
import { encodeAnnouncement, readAnnouncement } from '../../src/worker/node/announcement.ts';
import { TOPIC } from '../../src/worker/node/protocols.ts';
import { barePeer, forged, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { TestNetwork, eventually, lists, meshed } from './helpers/peers.ts';
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

  /** A bare peer that is connected to a real one and in its mesh. */
  async function speaker(to: TestPeer): Promise<BarePeer> {
    const peer = await barePeer();
    bare.push(peer);
    await peer.dial(to.address);
    const { pubsub } = peer.node.libp2p.services;
    await eventually('they hear each other', async () => {
      const hears = pubsub.getSubscribers(TOPIC).some((other) => other.toString() === to.id);
      return hears && (await to.engine.status({})).topicPeers >= bare.length;
    });
    return peer;
  }

  /** What a bare peer hears. */
  function heard(peer: BarePeer): Uint8Array[] {
    const messages: Uint8Array[] = [];
    peer.node.libp2p.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
      messages.push(readAnnouncement(detail.msg.data).record);
    });
    return messages;
  }

  it('are verified before they are forwarded, and a false one costs whoever sent it', async () => {
    const peer = await network.peer({}, ['announce']);
    const [liar, listener] = [await speaker(peer), await speaker(peer)];
    const messages = heard(listener);
    await liar.announce(forged(signedRecord('false').envelope));
    await eventually('the liar lost reputation', async () => {
      return (await peer.engine.peer({ id: liar.id })).failures === 1;
    });
    const { envelope, id } = signedRecord('true');
    await liar.announce(envelope);
    await lists(peer, id, '1.0.0');
    await eventually('the true one is forwarded', () => messages.length > 0);
    assert.deepEqual(
      messages.map((data) => Buffer.compare(data, envelope)),
      [0],
    );
  });

  it('of one’s own are not echoed, and what is known already is not forwarded again', async () => {
    const peer = await network.peer({}, ['announce']);
    const [one, other] = [await speaker(peer), await speaker(peer)];
    const [heardByOne, heardByOther] = [heard(one), heard(other)];
    const { envelope, id } = signedRecord('said-once');
    await one.announce(envelope);
    await lists(peer, id, '1.0.0');
    await eventually('the other heard it', () => heardByOther.length === 1);
    await other.announce(envelope).catch(() => undefined);
    const last = signedRecord('said-last');
    await other.announce(last.envelope);
    await eventually('the last word came', () => heardByOne.length === 1);
    assert.equal(Buffer.compare(heardByOne[0]!, last.envelope), 0, 'never its own');
    assert.equal(heardByOther.length, 1);
  });

  it('say who serves the package, which counts only when that peer signed it', async () => {
    const peer = await network.peer({}, ['announce']);
    const [liar, honest] = [await speaker(peer), await speaker(peer)];
    const messages = heard(honest);
    const [claimed, served] = [signedRecord('claimed'), signedRecord('served')];
    const signature = await liar.node.sign(new Uint8Array(32));
    const holder = honest.node.publicKey;
    await liar.node.libp2p.services.pubsub.publish(
      TOPIC,
      encodeAnnouncement({ record: claimed.envelope, holder, signature }),
    );
    await lists(peer, claimed.id, '1.0.0');
    await eventually('the record is forwarded all the same', () => messages.length === 1);
    await honest.announce(served.envelope);
    const { provides } = await eventually('the one who serves it is known', async () => {
      const details = await peer.engine.peer({ id: honest.id });
      return details.provides.length > 0 && details;
    });
    assert.deepEqual(provides, [served.id]);
    assert.equal((await peer.engine.peer({ id: liar.id })).failures, 0, 'a record is judged by itself');
  });

  it('that are too short or too long have no record, and cost their sender', async () => {
    const peer = await network.peer({}, ['announce']);
    const liar = await speaker(peer);
    for (const length of [0, 95, 96, 70_000]) {
      await liar.node.libp2p.services.pubsub.publish(TOPIC, new Uint8Array(length));
    }
    // The first three have the same record, which is none: they are one message.
    await eventually('it is blamed', async () => (await peer.engine.peer({ id: liar.id })).failures === 2);
  });

  it('who floods with lies is banned, which is shown, and others are heard all the while', async () => {
    const peer = await network.peer({}, ['announce']);
    const [liar, honest] = [await speaker(peer), await speaker(peer)];
    for (let index = 0; index < 20; index++) await liar.announce(forged(signedRecord(`false-${index}`).envelope));
    const { id, envelope } = signedRecord('true');
    await honest.announce(envelope);
    await lists(peer, id, '1.0.0');
    const banned = await eventually('the liar is banned', async () => {
      const details = await peer.engine.peer({ id: liar.id });
      return details.standing === 'banned' && details;
    });
    assert.match(banned.standingReason ?? '', /proven false/);
    assert.ok((banned.standingUntil ?? 0) > Date.now());
    await eventually('it is disconnected', async () => !(await peer.engine.peer({ id: liar.id })).connected);
    await liar.dial(peer.address).catch(() => undefined);
    await eventually('it is not let in again', () => liar.node.libp2p.getPeers().length === 0);
    await peer.engine.unbanPeer({ id: liar.id });
    await liar.dial(peer.address);
    await eventually('it is let in', async () => (await peer.engine.peer({ id: liar.id })).connected);
  });

  it('over the limit are ignored without being looked at, and nobody is blamed', () => {
    const limits = new AnnounceLimits();
    const key = createPublisherKey();
    const { envelope } = signedRecord('heavy', { key });
    assert.equal(limits.admits('peer', envelope), true);
    limits.worked('peer', 60_000);
    assert.equal(limits.admits('peer', envelope), false, 'its time is used up');
    assert.equal(limits.admits('other', envelope), true, 'that of others is not');
    for (let count = 0; count < 11_000; count++) limits.counted(envelope);
    assert.equal(
      limits.admits('other', signedRecord('more', { key }).envelope),
      false,
      'the publisher has said enough',
    );
    assert.equal(limits.admits('other', signedRecord('of-another').envelope), true);
    for (let count = 0; count < 500; count++) limits.enter('other');
    assert.equal(limits.admits('other', signedRecord('waiting').envelope), false, 'too many of them wait');
    limits.leave('other');
    assert.equal(limits.admits('other', signedRecord('waiting').envelope), true);
  });

  it('of hundreds of records at once are taken in, and the event loop goes on', async () => {
    const peer = await network.peer({}, ['announce']);
    const flood = await speaker(peer);
    await meshed(peer, 1);
    const keys = Array.from({ length: 5 }, () => createPublisherKey());
    const records = Array.from({ length: 400 }, (_, index) => {
      return signedRecord(`flood-${index}`, { key: keys[index % 5]! }).envelope;
    });
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    try {
      for (const record of records) await flood.announce(record);
      await eventually('all are taken', async () => (await peer.engine.status({})).counts.network === records.length);
    } finally {
      clearInterval(timer);
    }
    console.log(`      longest pause of the event loop, sender included: ${longest.toFixed(0)} ms`);
  });
});

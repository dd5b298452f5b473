import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { headKey } from '../../src/worker/protocols/heads/head-key.ts';
import { barePeer, forged, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { TestNetwork, connected, eventually, lists } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

/** A node that asks and keeps nothing of others: what it knows, it has asked for. */
const ASKER = { dhtMode: 'client' } as const;

describe('heads', () => {
  let network: TestNetwork;
  const bare: BarePeer[] = [];
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(async () => {
    for (const peer of bare.splice(0)) await peer.stop();
    await network.close();
  });

  function keeper(): Promise<TestPeer> {
    return network.peer({}, ['head']);
  }

  /** A peer of the DHT that puts whatever it is told to, and answers with what it was told to keep. */
  async function putter(...to: readonly TestPeer[]): Promise<BarePeer> {
    const peer = await barePeer();
    bare.push(peer);
    for (const { address } of to) await peer.dial(address);
    await eventually('they are in its routing table', () => {
      const { dht } = peer.node.libp2p.services;
      return 'routingTable' in dht && (dht.routingTable as { size: number }).size >= to.length;
    });
    return peer;
  }

  /** How many peers took the record. */
  async function put(from: BarePeer, id: string, envelope: Uint8Array): Promise<number> {
    const [publisher = '', name = ''] = id.split('/');
    let taken = 0;
    const signal = AbortSignal.timeout(20_000);
    for await (const event of from.node.libp2p.services.dht.put(headKey(publisher, name), envelope, { signal })) {
      if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') taken++;
    }
    return taken;
  }

  async function joins(peer: TestPeer, others: readonly { readonly id: string; readonly address: string }[]) {
    for (const { address } of others) await peer.engine.bootstrap({ address });
    await eventually('they are in its routing table', async () => {
      return (await peer.engine.status({})).routingTableSize >= others.length;
    });
  }

  it('alone answer who comes after the publisher has gone', async () => {
    const [publisher, holder] = await network.peers(2, {}, ['head']);
    const { id, dhtStored } = await publisher.publish('left-behind', '1.0.0');
    assert.equal(dhtStored, 1, 'as many as acknowledged it');
    await publisher.stop();
    const late = await network.peer(ASKER, ['head']);
    await joins(late, [holder]);
    assert.deepEqual((await late.engine.search({ text: '', scope: 'local' })).packages, []);
    assert.equal((await late.engine.getPackage({ id })).latest, '1.0.0');
  });

  it('are acknowledged by nobody when nobody is there, and put once somebody is', async () => {
    const [publisher, holder] = [await keeper(), await keeper()];
    const { id, dhtStored } = await publisher.publish('lonely', '1.0.0');
    assert.equal(dhtStored, 0);
    await publisher.restart({ bootstrap: [holder.address] });
    await connected(publisher, [holder]);
    await lists(holder, id, '1.0.0');
  });

  it('are never taken back to an older one, nor to a false or a foreign one, also after a restart', async () => {
    const holder = await keeper();
    const key = createPublisherKey();
    const [older, newer] = [1, 2].map((seq) => signedRecord('kept', { key, seq, version: `${seq}.0.0` }));
    const { id, envelope } = newer!;
    let liar = await putter(holder);
    assert.equal(await put(liar, id, forged(envelope)), 0, 'a false signature');
    assert.equal(await put(liar, id, signedRecord('other', { key, seq: 9 }).envelope), 0, 'of another package');
    assert.equal(await put(liar, id, signedRecord('kept', { seq: 9 }).envelope), 0, 'of another publisher');
    assert.equal(await put(liar, id, envelope), 1);
    assert.equal(await put(liar, id, older!.envelope), 0, 'an older one');
    // It would take anything itself.
    await liar.stop();
    await holder.restart();
    liar = await putter(holder);
    assert.equal(await put(liar, id, older!.envelope), 0, 'an older one after a restart');
    assert.equal(await put(liar, id, envelope), 1, 'the same again');
    const asker = await network.peer(ASKER, ['head']);
    await joins(asker, [holder]);
    assert.equal((await asker.engine.getPackage({ id })).latest, '2.0.0');
  });

  it('are the newest of several that peers answer with', async () => {
    const key = createPublisherKey();
    const [older, newer] = [1, 2].map((seq) => signedRecord('moved', { key, seq, version: '1.0.0' }));
    const holder = await keeper();
    assert.equal(await put(await putter(holder), newer!.id, newer!.envelope), 1);
    // It stores what it puts, and is connected to nobody who could tell it better.
    const behind = [await putter(), await putter()];
    for (const peer of behind) await put(peer, older!.id, older!.envelope);
    const asker = await network.peer(ASKER, ['head']);
    await joins(asker, [...behind, holder]);
    const { id } = newer!;
    await eventually('the newest is known', async () => {
      // Asks each time: nobody has that version.
      await asker.engine.exists({ id, version: '9.0.0' });
      return (await asker.engine.getPackage({ id })).seq === 2;
    });
    assert.equal(await asker.engine.exists({ id, version: '9.0.0' }), false);
    assert.equal((await asker.engine.getPackage({ id })).seq, 2, 'and stays so');
  });

  it('are asked again behind an answer that is known, which is given at once', async () => {
    const [publisher, holder] = await network.peers(2, {}, ['head']);
    const { id } = await publisher.publish('growing', '1.0.0');
    const asker = await network.peer(ASKER, ['head']);
    await joins(asker, [publisher, holder]);
    assert.equal((await asker.engine.getPackage({ id })).latest, '1.0.0');
    await publisher.publish('growing', '1.1.0');
    const local = async (): Promise<string | undefined> =>
      (await asker.engine.search({ text: 'growing', scope: 'local' })).packages[0]?.latest;
    assert.equal(await local(), '1.0.0', 'nobody told it');
    assert.equal((await asker.engine.getPackage({ id })).latest, '1.0.0', 'what is known, at once');
    await eventually('the newer one is known by itself', async () => (await local()) === '1.1.0');
    assert.equal((await asker.engine.getPackage({ id })).latest, '1.1.0');
  });
});

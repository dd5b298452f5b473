import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { headKey } from '../../src/worker/protocols/heads/head-key.ts';
import { barePeer, corruptSignature, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { TestNetwork, waitForConnections, eventually, waitForListing } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

/** A node that stores no values of others: it knows only what it looked up. */
const CLIENT_SETTINGS = { dhtMode: 'client' } as const;

describe('head records in the DHT', () => {
  let network: TestNetwork;
  const bare: BarePeer[] = [];
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(async () => {
    for (const peer of bare.splice(0)) await peer.stop();
    await network.close();
  });

  function startHeadPeer(): Promise<TestPeer> {
    return network.peer({}, ['head']);
  }

  /** A peer of the DHT without validation: it puts any value, and answers with the values that it stored. */
  async function startPutPeer(...to: readonly TestPeer[]): Promise<BarePeer> {
    const peer = await barePeer();
    bare.push(peer);
    for (const { address } of to) await peer.dial(address);
    await eventually('they are in its routing table', () => {
      const { dht } = peer.node.libp2p.services;
      return 'routingTable' in dht && (dht.routingTable as { size: number }).size >= to.length;
    });
    return peer;
  }

  /** Puts a record; returns how many peers stored it. */
  async function putHead(from: BarePeer, id: string, envelope: Uint8Array): Promise<number> {
    const [publisher = '', name = ''] = id.split('/');
    let accepted = 0;
    const signal = AbortSignal.timeout(20_000);
    for await (const event of from.node.libp2p.services.dht.put(headKey(publisher, name), envelope, { signal })) {
      if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') accepted++;
    }
    return accepted;
  }

  async function waitForRoutingTable(
    peer: TestPeer,
    others: readonly { readonly id: string; readonly address: string }[],
  ) {
    for (const { address } of others) await peer.engine.bootstrap({ address });
    await eventually('they are in its routing table', async () => {
      return (await peer.engine.status({})).routingTableSize >= others.length;
    });
  }

  it('alone answer a peer that joins after the publisher left', async () => {
    const [publisher, provider] = await network.peers(2, {}, ['head']);
    const { id, dhtStored } = await publisher.publish('left-behind', '1.0.0');
    assert.equal(dhtStored, 1, 'as many as acknowledged it');
    await publisher.stop();
    const latecomer = await network.peer(CLIENT_SETTINGS, ['head']);
    await waitForRoutingTable(latecomer, [provider]);
    assert.deepEqual((await latecomer.engine.search({ text: '', scope: 'local' })).packages, []);
    assert.equal((await latecomer.engine.getPackage({ id })).latest, '1.0.0');
  });

  it('are acknowledged by no peer when none is reachable, and are put once one is', async () => {
    const [publisher, provider] = [await startHeadPeer(), await startHeadPeer()];
    const { id, dhtStored } = await publisher.publish('lonely', '1.0.0');
    assert.equal(dhtStored, 0);
    await publisher.restart({ bootstrap: [provider.address] });
    await waitForConnections(publisher, [provider]);
    await waitForListing(provider, id, '1.0.0');
  });

  it('are never replaced by an older, invalid or foreign one, also after a restart', async () => {
    const provider = await startHeadPeer();
    const key = createPublisherKey();
    const [older, newer] = [1, 2].map((seq) => signedRecord('kept', { key, seq, version: `${seq}.0.0` }));
    const { id, envelope } = newer!;
    let maliciousPeer = await startPutPeer(provider);
    assert.equal(await putHead(maliciousPeer, id, corruptSignature(envelope)), 0, 'a false signature');
    assert.equal(
      await putHead(maliciousPeer, id, signedRecord('other', { key, seq: 9 }).envelope),
      0,
      'of another package',
    );
    assert.equal(
      await putHead(maliciousPeer, id, signedRecord('kept', { seq: 9 }).envelope),
      0,
      'of another publisher',
    );
    assert.equal(await putHead(maliciousPeer, id, envelope), 1);
    assert.equal(await putHead(maliciousPeer, id, older!.envelope), 0, 'an older one');
    // This peer itself would store any value.
    await maliciousPeer.stop();
    await provider.restart();
    maliciousPeer = await startPutPeer(provider);
    assert.equal(await putHead(maliciousPeer, id, older!.envelope), 0, 'an older one after a restart');
    assert.equal(await putHead(maliciousPeer, id, envelope), 1, 'the same again');
    const requester = await network.peer(CLIENT_SETTINGS, ['head']);
    await waitForRoutingTable(requester, [provider]);
    assert.equal((await requester.engine.getPackage({ id })).latest, '2.0.0');
  });

  it('resolve to the newest of several answers', async () => {
    const key = createPublisherKey();
    const [older, newer] = [1, 2].map((seq) => signedRecord('moved', { key, seq, version: '1.0.0' }));
    const provider = await startHeadPeer();
    assert.equal(await putHead(await startPutPeer(provider), newer!.id, newer!.envelope), 1);
    // It stores what it puts, and is connected to no peer with a newer record.
    const behind = [await startPutPeer(), await startPutPeer()];
    for (const peer of behind) await putHead(peer, older!.id, older!.envelope);
    const requester = await network.peer(CLIENT_SETTINGS, ['head']);
    await waitForRoutingTable(requester, [...behind, provider]);
    const { id } = newer!;
    await eventually('the newest is known', async () => {
      // No peer has that version, so that each call asks the network.
      await requester.engine.exists({ id, version: '9.0.0' });
      return (await requester.engine.getPackage({ id })).seq === 2;
    });
    assert.equal(await requester.engine.exists({ id, version: '9.0.0' }), false);
    assert.equal((await requester.engine.getPackage({ id })).seq, 2, 'and stays so');
  });

  it('are refreshed in the background while the known answer is returned immediately', async () => {
    const [publisher, provider] = await network.peers(2, {}, ['head']);
    const { id } = await publisher.publish('growing', '1.0.0');
    const requester = await network.peer(CLIENT_SETTINGS, ['head']);
    await waitForRoutingTable(requester, [publisher, provider]);
    assert.equal((await requester.engine.getPackage({ id })).latest, '1.0.0');
    await publisher.publish('growing', '1.1.0');
    const local = async (): Promise<string | undefined> =>
      (await requester.engine.search({ text: 'growing', scope: 'local' })).packages[0]?.latest;
    assert.equal(await local(), '1.0.0', 'no peer sent it');
    assert.equal((await requester.engine.getPackage({ id })).latest, '1.0.0', 'the known release, immediately');
    await eventually('the newer release is known without another call', async () => (await local()) === '1.1.0');
    assert.equal((await requester.engine.getPackage({ id })).latest, '1.1.0');
  });
});

import assert from 'node:assert/strict';
import { KAD_PROTOCOL, SEARCH_PROTOCOL, SYNC_PROTOCOL } from '../../src/worker/node/protocols.ts';
import { barePeer, corruptSignature, serve, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { serveFakeProviders } from './helpers/fake-providers.ts';
import { TestNetwork, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

const timeoutSignal = (): AbortSignal => AbortSignal.timeout(60_000);

/** The kinds of hostile peers, by what they do. */
const MALICIOUS_BEHAVIORS: Record<string, (peer: BarePeer) => Promise<void>> = {
  'answers searches with forged records': async (peer) => {
    await serve(peer, SEARCH_PROTOCOL, async (frames) => {
      await frames.read(timeoutSignal());
      await frames.write({ record: corruptSignature(signedRecord('wanted').envelope), serves: true }, timeoutSignal());
      await frames.write({ end: true }, timeoutSignal());
    });
  },
  'is silent': async (peer) => {
    for (const protocol of [SEARCH_PROTOCOL, SYNC_PROTOCOL]) {
      await serve(peer, protocol, async (frames) => {
        await frames.read(timeoutSignal());
      });
    }
  },
  'answers without end': async (peer) => {
    await serve(peer, SEARCH_PROTOCOL, async (frames) => {
      await frames.read(timeoutSignal());
      for (;;) await frames.write({ record: signedRecord('junk').envelope, serves: true }, timeoutSignal());
    });
  },
  'forges its log': async (peer) => {
    await serve(peer, SYNC_PROTOCOL, async (frames) => {
      await frames.read(timeoutSignal());
      await frames.write({ epoch: 'x' }, timeoutSignal());
      await frames.write(
        { p: 1, record: corruptSignature(signedRecord('wanted').envelope), serves: true },
        timeoutSignal(),
      );
      await frames.write({ end: true }, timeoutSignal());
    });
  },
  'answers falsely in the DHT': async (peer) => {
    await serveFakeProviders(peer, 40);
  },
  'is no part of the DHT and sends rubbish': async (peer) => {
    await peer.node.libp2p.unhandle(KAD_PROTOCOL);
    for (const protocol of [SEARCH_PROTOCOL, SYNC_PROTOCOL, KAD_PROTOCOL]) {
      await serve(peer, protocol, async (_frames, stream) => {
        stream.send(new Uint8Array(64).fill(0xff));
        await stream.close({ signal: timeoutSignal() });
      });
    }
  },
};

describe('a network of 20 of which 6 are hostile', function () {
  this.timeout(120_000);
  let network: TestNetwork;
  const hostile: BarePeer[] = [];
  let honest: TestPeer[];

  before(async () => {
    network = new TestNetwork();
    honest = await network.peers(14);
    for (const install of Object.values(MALICIOUS_BEHAVIORS)) {
      const peer = await barePeer();
      hostile.push(peer);
      await install(peer);
      for (const { address } of honest) await peer.dial(address);
    }
  });
  after(async () => {
    for (const peer of hostile.splice(0)) await peer.stop();
    await network.close();
  });

  it('gives every honest peer the right answers', async () => {
    const publisher = honest[3]!;
    const { id } = await publisher.publish('wanted', '1.0.0');
    for (const maliciousPeer of hostile) {
      for (let index = 0; index < 3; index++) {
        await maliciousPeer.announce(corruptSignature(signedRecord(`false-${index}`).envelope)).catch(() => undefined);
      }
    }
    for (const peer of honest) {
      await waitForListing(peer, id, '1.0.0');
      const { packages } = await peer.engine.search({ text: 'wanted' }, { signal: AbortSignal.timeout(30_000) });
      assert.deepEqual(
        packages.map((summary) => summary.id),
        [id],
      );
      assert.equal((await peer.engine.getPackage({ id })).latest, '1.0.0');
    }
    await eventually('hostile peers have lower scores than honest ones', async () => {
      const peers = await honest[0]!.engine.peers({});
      const score = (peerId: string): number => peers.find((peer) => peer.id === peerId)?.reputation ?? 1;
      return score(hostile[0]!.id) < 0.85 && score(publisher.id) >= 0.85;
    });
  });
});

describe('partitions', function () {
  this.timeout(240_000);
  const network = networkPerTest();

  it('end, and both halves list all packages', async () => {
    const [a, b] = await network.peers(2);
    const [c, d] = await network.peers(2);
    const left = await a.publish('left', '1.0.0');
    const right = await d.publish('right', '2.0.0');
    await waitForListing(b, left.id, '1.0.0');
    await waitForListing(c, right.id, '2.0.0');
    await a.engine.bootstrap({ address: c.address });
    for (const peer of [a, b, c, d]) {
      await waitForListing(peer, left.id, '1.0.0');
      await waitForListing(peer, right.id, '2.0.0');
    }
  });

  it('peers that join and leave miss no record', async () => {
    const [hub, first, ...others] = await network.peers(3);
    const second = others[0]!;
    const ids: string[] = [];
    for (let round = 0; round < 4; round++) {
      const [offline, online] = round % 2 === 0 ? [first, second] : [second, first];
      await offline.engine.stopNode({});
      ids.push((await online.publish(`round-${round}`, '1.0.0')).id);
      await offline.restart({ bootstrap: [hub.address] });
      for (const id of ids) await waitForListing(offline, id, '1.0.0');
    }
  });
});

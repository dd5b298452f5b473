import assert from 'node:assert/strict';
import { waitForConnections, eventually, networkPerTest } from './helpers/peers.ts';

describe('bootstrap and discovery', () => {
  const network = networkPerTest();

  it('two peers know each other after one bootstrapped from the other', async () => {
    const [first, second] = await network.peers(2);
    const [seen] = await waitForConnections(first, [second]);
    assert.equal(seen?.id, second.id);
    assert.equal(seen.direction, 'inbound');
    const measured = await eventually('the round-trip time is measured', async () => {
      const [peer] = await second.engine.peers({ connectedOnly: true });
      return peer?.rtt !== undefined && peer;
    });
    assert.ok(measured.since !== undefined && measured.since <= Date.now());
    assert.ok(first.address.startsWith(measured.address), `${measured.address} is an address of the first peer`);
  });

  it('shows the name that a peer claims, with invalid characters removed', async () => {
    const [first] = await network.peers(2, { name: 'Ada\u202e\u0007 (desk)' });
    const named = await eventually('the name arrived', async () => {
      const [peer] = await first.engine.peers({ connectedOnly: true });
      return peer?.name !== '' && peer;
    });
    assert.equal(named.name, 'Ada desk');
  });

  it('keeps its peer id and finds its bootstrap peer again after a restart of either', async () => {
    const [first, second] = await network.peers(2);
    const { id } = second;
    await second.restart();
    assert.equal(second.id, id);
    await waitForConnections(second, [first]);
    const port = /\/tcp\/(\d+)\//.exec(first.address)?.[1] ?? '';
    await first.restart({ listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    await waitForConnections(second, [first]);
  });

  it('reports the error of an unreachable bootstrap peer, and starts without it', async () => {
    const [gone, peer] = await network.peers(2);
    await gone.stop();
    await eventually('the peer is seen to be gone', async () => {
      return (await peer.engine.peers({ connectedOnly: true })).length === 0;
    });
    const result = await peer.engine.bootstrap({ address: gone.address });
    assert.equal(result.state, 'failed');
    assert.match(result.error ?? '', /connection refused|does not respond/);
    const { bootstrap, node } = await peer.engine.status({});
    assert.equal(node.state, 'running');
    assert.equal(bootstrap[0]?.state, 'failed');
  });

  it('rejects invalid addresses, naming the expected form', async () => {
    const peer = await network.peer();
    for (const address of ['nonsense', '/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWnope']) {
      await assert.rejects(peer.engine.bootstrap({ address }), { name: 'InvalidAddress', message: /\/p2p\/12D3KooW…/ });
    }
  });

  it('twelve peers on one address can all connect to one of them at the same time', async () => {
    const [first, ...others] = await network.peers(13);
    await waitForConnections(first, others);
  });

  it('every connected peer is in the routing table of the DHT, however many connect at the same time', async () => {
    const peers = await network.peers(10);
    await eventually('each peer knows all others', async () => {
      const figures = await Promise.all(peers.map(({ engine }) => engine.status({})));
      return figures.every(({ routingTableSize }) => routingTableSize === peers.length - 1);
    });
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { DEFAULT_NODE_SETTINGS } from '../../../../../src/shared/settings/node-settings.ts';
import type { TransferSettings } from '../../../../../src/shared/model.ts';
import { CAR_PROTOCOL } from '../../../../../src/worker/node/protocols.ts';
import { CarSession } from '../../../../../src/worker/protocols/car/client.ts';
import { CarServer } from '../../../../../src/worker/protocols/car/server.ts';
import { encodeCarRequest } from '../../../../../src/worker/protocols/car/wire.ts';
import type { WantScope } from '../../../../../src/worker/protocols/car/wire.ts';
import { Traffic } from '../../../../../src/worker/protocols/shared/traffic.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import type { FakeNode } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import { MemoryBlocks } from '../support/memory-blocks.ts';
import { LogLines, until } from '../support/test-peer.ts';

const nothing = (): void => undefined;

class Setup {
  readonly blocks = new MemoryBlocks();
  readonly log = new LogLines();
  readonly stopped = new AbortController();
  readonly client: FakeNode;
  readonly server: FakeNode;
  readonly traffic: Traffic;
  /** Bytes that came to the client. */
  received = 0;

  constructor(client: FakeNode, server: FakeNode, settings: Partial<TransferSettings>) {
    this.client = client;
    this.server = server;
    this.traffic = new Traffic(
      { load: () => ({ sent: 0, received: 0 }), save: nothing, isPaused: () => false, savePaused: nothing },
      { ...DEFAULT_NODE_SETTINGS.transfers, ...settings },
    );
  }

  session(acceptsZstd = true): CarSession {
    return new CarSession({
      acceptsZstd,
      onReceived: (bytes) => {
        this.received += bytes;
        return Promise.resolve();
      },
      open: (signal) => this.client.libp2p.dialProtocol(this.server.peerId, CAR_PROTOCOL, { signal }),
      maxChunkBytes: () => Infinity,
    });
  }

  /** CIDs of the blocks that come for a request, in order; their bytes are checked. */
  async fetch(cids: readonly CID[], scope: WantScope, session = this.session()): Promise<CID[]> {
    const received: CID[] = [];
    await session.fetch(
      cids.map((cid) => ({ cid, scope })),
      (cid, bytes) => {
        assert.ok(Buffer.from(bytes).equals(this.blocks.bytes(cid)));
        received.push(cid);
      },
    );
    return received;
  }
}

async function setUp(settings: Partial<TransferSettings> = {}, network = new FakeNetwork()): Promise<Setup> {
  const [client, server] = await network.star(2);
  const setup = new Setup(client, server, settings);
  const { blocks, traffic, log, stopped } = setup;
  await new CarServer({ node: server, seededBlocks: blocks, traffic, log, stopped: stopped.signal }).start();
  return setup;
}

describe('the CAR server', () => {
  const timeouts = manualTimeouts();

  it('sends the blocks that were named, the nodes of a tree, or the whole tree, depth first and each once', async () => {
    const setup = await setUp();
    const { blocks } = setup;
    const [a, b, c] = [
      await blocks.leaf(randomBytes(10)),
      await blocks.leaf(randomBytes(300_000)),
      await blocks.leaf(randomBytes(1)),
    ];
    const left = await blocks.node([a, b]);
    const right = await blocks.node([b, c]);
    const root = await blocks.node([left, right]);
    const plain = setup.session(false);
    assert.deepEqual(await setup.fetch([root, c], 'block', plain), [root, c]);
    assert.deepEqual(await setup.fetch([root], 'nodes', plain), [root, left, right]);
    assert.deepEqual(await setup.fetch([root, c], 'tree', plain), [root, left, a, b, right, c]);
  });

  it('compresses what is alike together, and sends what does not compress as it is, after its nodes', async () => {
    const setup = await setUp();
    const { blocks } = setup;
    const texts = await Promise.all(
      Array.from({ length: 400 }, (_, index) => blocks.leaf(Buffer.from(`line ${index} of a text\n`.repeat(200)))),
    );
    const noise = await Promise.all([700, 5_000, 300_000, 1_000_000].map((size) => blocks.leaf(randomBytes(size))));
    const large = await blocks.leaf(Buffer.alloc(1_000_000, 'large and alike. '));
    const empty = await blocks.leaf(new Uint8Array());
    const folders = [await blocks.node([...texts, empty]), await blocks.node([...noise, large, ...texts])];
    const root = await blocks.node(folders);
    const all = [root, ...folders, ...texts, ...noise, large, empty].map(String).sort();
    for (const acceptsZstd of [false, true]) {
      setup.received = 0;
      const received = (await setup.fetch([root], 'tree', setup.session(acceptsZstd))).map(String);
      assert.deepEqual(received.toSorted(), all);
      for (const folder of folders) assert.ok(received.indexOf(String(folder)) > 0);
      for (const leaf of noise) assert.ok(received.indexOf(String(leaf)) > received.indexOf(String(folders[1])));
      const rawBytes = all.reduce((sum, cid) => sum + blocks.bytes(CID.parse(cid)).length, 0);
      if (acceptsZstd) assert.ok(setup.received < 1_305_700 + 405 * 34 + 60_000, `${setup.received} bytes came`);
      else assert.ok(setup.received > rawBytes);
    }
  });

  it('answers several requests of one session in either encoding', async () => {
    const setup = await setUp();
    const leaves = await Promise.all(
      Array.from({ length: 20 }, (_, index) => setup.blocks.leaf(Buffer.alloc(90_000, index))),
    );
    const session = setup.session();
    const answers = await Promise.all(leaves.map((leaf) => setup.fetch([leaf, leaves[0] ?? leaf], 'block', session)));
    assert.deepEqual(
      answers.map(([first]) => first),
      leaves,
    );
    assert.ok(setup.received < 20 * 1_000);
  });

  it('leaves out blocks that it does not have, with everything that only they link to', async () => {
    const setup = await setUp();
    const { blocks } = setup;
    const [a, b] = [await blocks.leaf(randomBytes(10)), await blocks.leaf(randomBytes(20))];
    const lost = await blocks.node([a]);
    const root = await blocks.node([lost, b]);
    blocks.delete(lost);
    assert.deepEqual(await setup.fetch([root], 'tree'), [root, b]);
    assert.ok(!blocks.reads.includes(a.toString()));
  });

  it('answers pipelined requests in their order over one stream', async () => {
    const setup = await setUp();
    const leaves = await Promise.all(Array.from({ length: 5 }, (_, index) => setup.blocks.leaf(Buffer.from([index]))));
    const session = setup.session();
    const order: number[] = [];
    await Promise.all(
      leaves.map(async (leaf, index) => {
        assert.deepEqual(await setup.fetch([leaf], 'block', session), [leaf]);
        order.push(index);
      }),
    );
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
    assert.equal(setup.client.libp2p.opened.length, 1);
  });

  it('says that it is busy when seeding is paused, and above the limit of transfers per peer', async () => {
    const setup = await setUp({ transfersPerPeer: 1 }, new FakeNetwork({ windowBytes: 1024 }));
    const leaf = await setup.blocks.leaf(randomBytes(100_000));
    setup.traffic.pause(true);
    await assert.rejects(setup.fetch([leaf], 'block'), { name: 'PeerBusyError' });
    setup.traffic.pause(false);
    const slow = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    slow.stall();
    slow.send(encodeCarRequest([{ cid: leaf, scope: 'block' }]));
    await until(() => setup.blocks.reads.length > 0);
    await assert.rejects(setup.fetch([leaf], 'block'), { name: 'PeerBusyError' });
    slow.abort(new Error('no longer needed'));
    await until(() => setup.log.lines.length > 0);
    assert.deepEqual(await setup.fetch([leaf], 'block'), [leaf]);
  });

  it('ends an answer early when the limit of the day is reached', async () => {
    const setup = await setUp({ uploadPerDay: 150_000, limitLocalNetwork: true });
    const leaves = await Promise.all(Array.from({ length: 4 }, () => setup.blocks.leaf(randomBytes(100_000))));
    const received = await setup.fetch(leaves, 'block');
    assert.ok(received.length > 0 && received.length < 4, `${received.length} blocks`);
    await assert.rejects(setup.fetch(leaves, 'block'), { name: 'PeerBusyError' });
  });

  it('sends no more than the window to a client that does not read', async () => {
    const setup = await setUp({}, new FakeNetwork({ windowBytes: 64 * 1024 }));
    const leaves = await Promise.all(Array.from({ length: 30 }, () => setup.blocks.leaf(randomBytes(100_000))));
    const stream = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    stream.stall();
    stream.send(encodeCarRequest(leaves.map((cid) => ({ cid, scope: 'block' }))));
    const served = setup.server.libp2p.getConnections()[0]!.streams[0]!;
    await until(() => served.writableNeedsDrain);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(served.sentBytes <= 64 * 1024);
    assert.ok(setup.blocks.reads.length < 30, `${setup.blocks.reads.length} blocks were read`);
    stream.abort(new Error('no longer needed'));
  });

  const HOSTILE: readonly [what: string, request: Uint8Array][] = [
    ['asks for nothing', frame(encode({ v: 1 }))],
    ['is no map', frame(encode([1]))],
    ['is no DAG-CBOR', frame(new Uint8Array([0xff, 0xff]))],
    ['names something that is no CID', frame(encode({ v: 1, blocks: ['cid'] }))],
    ['has a list of the wrong type', frame(encode({ v: 1, trees: 7 }))],
    ['is longer than 256 KiB', Buffer.from([0x80, 0x80, 0x40])],
    ['has a length without end', Buffer.alloc(8, 0xff)],
  ];
  for (const [what, request] of HOSTILE) {
    it(`resets a stream whose request ${what}`, async () => {
      const setup = await setUp();
      const stream = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
      stream.send(request);
      await until(() => stream.status === 'reset');
      assert.match(setup.log.lines[0] ?? '', /^debug The response to peer/);
      const leaf = await setup.blocks.leaf(randomBytes(9));
      assert.deepEqual(await setup.fetch([leaf], 'block'), [leaf], 'and serves others');
    });
  }

  it('gives up on a request that does not arrive completely, and on a stream without requests', async () => {
    const setup = await setUp();
    const cut = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    cut.send(Buffer.from([100, 1, 2, 3]));
    await until(() => timeouts.pending.includes(10_000));
    timeouts.expire();
    await until(() => cut.status === 'reset');
    const idle = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    await until(() => timeouts.pending.includes(60_000));
    timeouts.expire();
    await until(() => idle.status === 'reset');
  });

  it('closes its side when the client sends no further request, and ends with the node', async () => {
    const setup = await setUp();
    const closed = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    await closed.close();
    await until(() => closed.status === 'closed');
    const open = await setup.client.libp2p.dialProtocol(setup.server.peerId, CAR_PROTOCOL);
    await until(() => timeouts.pending.includes(60_000));
    setup.stopped.abort(new Error('The node stops'));
    await until(() => open.status === 'reset');
  });
});

function frame(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

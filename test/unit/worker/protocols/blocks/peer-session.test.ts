import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { PeerId } from '@libp2p/interface';
import { CID } from 'multiformats/cid';
import { DEFAULT_NODE_SETTINGS } from '../../../../../src/shared/settings/node-settings.ts';
import type { TransferSettings } from '../../../../../src/shared/model.ts';
import { Blocks } from '../../../../../src/worker/protocols/blocks/index.ts';
import type { BlocksDeps } from '../../../../../src/worker/protocols/blocks/index.ts';
import { CarServer } from '../../../../../src/worker/protocols/car/server.ts';
import { Traffic } from '../../../../../src/worker/protocols/shared/traffic.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import type { FakeNode } from '../support/fake-network.ts';
import { MemoryBlocks } from '../support/memory-blocks.ts';
import { LogLines, until } from '../support/test-peer.ts';

const never = new AbortController().signal;
const nothing = (): void => undefined;

/** Bitswap as Helia offers it: sessions that a test answers. */
class FakeBitswap {
  readonly providers: CID[][] = [];
  closed = 0;
  answer: (cid: CID, signal: AbortSignal) => Promise<Uint8Array> = () => Promise.reject(new Error('no answer'));
  /** A provider that bitswap turns to instead of the one that was named. */
  otherProvider: CID | undefined;

  createSession(
    _root: CID,
    { providers }: { providers: CID[] },
  ): ReturnType<BlocksDeps['node']['helia']['blockstore']['createSession']> {
    this.providers.push(providers);
    return {
      close: () => {
        this.closed++;
      },
      get: (cid, { signal = never, onProgress } = {}) => this.#get(cid, signal, onProgress),
    };
  }

  async *#get(
    cid: CID,
    signal: AbortSignal,
    onProgress: ((event: never) => void) | undefined,
  ): AsyncGenerator<Uint8Array> {
    if (this.otherProvider !== undefined) {
      onProgress?.({ type: 'bitswap:found-provider', detail: { provider: { id: this.otherProvider } } } as never);
    }
    signal.throwIfAborted();
    const bytes = await Promise.race([
      this.answer(cid, signal),
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
    ]);
    yield bytes.subarray(0, 1);
    yield bytes.subarray(1);
  }
}

function trafficWith(settings: Partial<TransferSettings>): Traffic {
  return new Traffic(
    { load: () => ({ sent: 0, received: 0 }), save: nothing, isPaused: () => false, savePaused: nothing },
    { ...DEFAULT_NODE_SETTINGS.transfers, ...settings },
  );
}

interface Setup {
  readonly blocks: Blocks;
  readonly bitswap: FakeBitswap;
  readonly served: MemoryBlocks;
  readonly provider: FakeNode;
  readonly client: FakeNode;
  readonly traffic: Traffic;
  readonly stopped: AbortController;
  readonly found: PeerId[];
}

async function setUp({ speaksCar = true, settings = {} } = {}): Promise<Setup> {
  const [client, provider] = await new FakeNetwork().star(2);
  const bitswap = new FakeBitswap();
  const served = new MemoryBlocks();
  const stopped = new AbortController();
  const traffic = trafficWith({ limitLocalNetwork: true, ...settings });
  const log = new LogLines();
  if (speaksCar)
    await new CarServer({
      node: provider,
      seededBlocks: served,
      traffic: trafficWith({}),
      log,
      stopped: stopped.signal,
    }).start();
  const found: PeerId[] = [];
  const contentRouting = {
    findProviders: async function* () {
      yield* await Promise.resolve(found.map((id) => ({ id, multiaddrs: [], routing: 'test' })));
    },
  };
  const libp2p = Object.assign(client.libp2p, { contentRouting });
  const node = { peerId: client.peerId, libp2p, helia: { blockstore: bitswap } };
  const blocks = new Blocks({ node, traffic, stopped: stopped.signal });
  return { blocks, bitswap, served, provider, client, traffic, stopped, found };
}

describe('a session with a peer', () => {
  it('fetches over CAR, and counts what it received', async () => {
    const { blocks, served, provider, traffic, bitswap } = await setUp();
    const leaf = await served.leaf(randomBytes(1_000));
    const session = blocks.session(leaf, provider.id);
    const received: CID[] = [];
    await session.fetch([{ cid: leaf, scope: 'block' }], (cid) => void received.push(cid));
    assert.deepEqual(received, [leaf]);
    assert.ok(traffic.status().downloadedToday > 1_000);
    assert.equal(bitswap.providers.length, 0);
  });

  it('falls back to bitswap with exactly this peer when it does not speak CAR', async () => {
    const { blocks, served, provider, traffic, bitswap } = await setUp({ speaksCar: false });
    const leaves = await Promise.all(Array.from({ length: 40 }, (_, index) => served.leaf(Buffer.alloc(100, index))));
    let active = 0;
    let most = 0;
    bitswap.answer = async (cid) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return served.bytes(cid);
    };
    const session = blocks.session(leaves[0]!, provider.id);
    const received = new Set<string>();
    await session.fetch(
      leaves.map((cid) => ({ cid, scope: 'block' as const })),
      (cid, bytes) => {
        assert.ok(Buffer.from(bytes).equals(served.bytes(cid)));
        received.add(cid.toString());
      },
    );
    assert.equal(received.size, 40);
    assert.equal(most, 16, 'requests are bounded');
    assert.equal(traffic.status().downloadedToday, 4_000);
    await session.fetch([{ cid: leaves[0]!, scope: 'block' }], nothing);
    assert.deepEqual(
      bitswap.providers.map((ids) => ids.map(String)),
      [[provider.peerId.toCID().toString()]],
      'one session with one provider',
    );
    session.close();
    assert.equal(bitswap.closed, 1);
  });

  it('ends when bitswap turns to another provider, whose blocks would be credited to this peer', async () => {
    const { blocks, provider, client, bitswap } = await setUp({ speaksCar: false });
    bitswap.otherProvider = client.peerId.toCID();
    const session = blocks.session(CID.parse('bafkqaaa'), provider.id);
    await assert.rejects(session.fetch([{ cid: CID.parse('bafkqaaa'), scope: 'block' }], nothing), {
      name: 'BitswapTimeoutError',
    });
    assert.equal(bitswap.closed, 1);
  });

  it('ends with the error of the block handler, and with the node', async () => {
    const { blocks, provider, bitswap, stopped } = await setUp({ speaksCar: false });
    const wants = [{ cid: CID.parse('bafkqaaa'), scope: 'block' as const }];
    bitswap.answer = () => Promise.resolve(new Uint8Array([1, 2]));
    await assert.rejects(
      blocks.session(wants[0]!.cid, provider.id).fetch(wants, () => Promise.reject(new Error('The disk is full'))),
      /disk is full/,
    );
    bitswap.answer = () => new Promise(() => undefined);
    const fetched = blocks.session(wants[0]!.cid, provider.id).fetch(wants, nothing);
    await until(() => bitswap.providers.length === 2);
    stopped.abort(new Error('The node stops'));
    await assert.rejects(fetched);
  });

  it('ends when the limit of the day is reached', async () => {
    const { blocks, served, provider } = await setUp({ settings: { downloadPerDay: 1 } });
    const leaf = await served.leaf(randomBytes(1_000));
    await assert.rejects(
      (async () => {
        for (;;) await blocks.session(leaf, provider.id).fetch([{ cid: leaf, scope: 'block' }], nothing);
      })(),
      { name: 'LimitReached' },
    );
  });

  it('names the providers that the DHT finds, except this node', async () => {
    const { blocks, provider, client, found } = await setUp();
    found.push(client.peerId, provider.peerId);
    const ids: string[] = [];
    for await (const id of blocks.findProviders(CID.parse('bafkqaaa'), never)) ids.push(id.toString());
    assert.deepEqual(ids, [provider.id]);
  });
});

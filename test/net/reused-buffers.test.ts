import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { multiaddr } from '@multiformats/multiaddr';
import type { Stream } from '@libp2p/interface';
import { BlockStore } from '../../src/worker/blocks/block-store.ts';
import { ByteStream } from '../../src/worker/protocols/wire/byte-stream.ts';
import { allBlocks, randomTree } from '../random-tree.ts';
import { CarNetwork } from './helpers/car-peers.ts';

const MIB = 1024 * 1024;
const PROTOCOL = '/test/reuse/1.0.0';
const never = new AbortController().signal;

describe('a reused block buffer', () => {
  let network: CarNetwork;
  beforeEach(() => {
    network = new CarNetwork();
  });
  afterEach(async () => {
    await network.close();
  });

  it('does not change data already written to a stream, however slow its reader is', async () => {
    const [sender, reader] = [await network.peer(), await network.peer()];
    const streams: Stream[] = [];
    await reader.node.libp2p.handle(PROTOCOL, (stream) => void streams.push(stream));
    await sender.dial(reader.address);
    const maxUnread: number[] = [];
    const send = async (index: number): Promise<void> => {
      const out = new ByteStream(await sender.node.libp2p.dialProtocol(multiaddr(reader.address), PROTOCOL));
      const buffer = new Uint8Array(MIB);
      for (let round = 0; round < 12; round++) {
        buffer.fill(index * 16 + round);
        for (let at = 0; at < MIB; at += 250_000) await out.write(buffer.subarray(at, at + 250_000), never);
      }
      buffer.fill(255);
      await out.close(never);
    };
    const receive = async (stream: Stream): Promise<Buffer> => {
      const bytes = new ByteStream(stream);
      const chunks: Uint8Array[] = [];
      for (let round = 0; (await bytes.waitForBytes(never, 100_000)) > 0 || bytes.available > 0; round++) {
        maxUnread.push(bytes.available);
        if (round % 16 === 0) await delay(20);
        chunks.push(bytes.take(bytes.available));
      }
      return Buffer.concat(chunks);
    };
    const sent = Promise.all([1, 2, 3].map(send));
    while (streams.length < 3) await delay(5);
    const received = await Promise.all(streams.map(receive));
    await sent;
    const wanted = [1, 2, 3].map((index) =>
      Buffer.concat(Array.from({ length: 12 }, (_, round) => Buffer.alloc(MIB, index * 16 + round))),
    );
    for (const [index, bytes] of received.sort((one, other) => Buffer.compare(one, other)).entries())
      assert.ok(bytes.equals(wanted[index]!));
    assert.ok(Math.max(...maxUnread) >= 256 * 1024, 'a window was used up');
  });

  it('serves the right blocks from disk to many peers at once', async () => {
    const tree = await randomTree([...Array.from({ length: 10 }, () => MIB), 3_500_000, 700_000, 20_000]);
    const folder = await mkdtemp(join(tmpdir(), 'ggen-reuse-'));
    const store = await BlockStore.open(folder);
    try {
      for await (const { cid, bytes } of tree.store.getAll()) await store.put(cid, bytes);
      const provider = await network.provider(store, { transfersPerPeer: 16 });
      const readers = await Promise.all([1, 2, 3].map(() => network.reader([provider])));
      await Promise.all(readers.map((reader) => reader.fetch(tree)));
      const wanted = await allBlocks(tree.store);
      for (const reader of readers) {
        assert.deepEqual(await allBlocks(reader.store), wanted);
        assert.deepEqual(reader.failures, []);
      }
    } finally {
      await store.close();
      await rm(folder, { recursive: true });
    }
  });

  it('is not reused while a reader still needs its block', async () => {
    const tree = await randomTree(Array.from({ length: 8 }, () => MIB));
    const reader = await network.reader([await network.provider(tree.store)]);
    const source = reader.source(tree.root);
    const [first, ...others] = tree.files;
    const bytes = await source.get(first!, never);
    const before = Buffer.from(bytes);
    for (const file of others) await source.get(file, never);
    assert.ok(before.equals(bytes));
    source.close();
  });
});

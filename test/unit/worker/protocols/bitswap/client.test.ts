import assert from 'node:assert/strict';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import type { CID } from 'multiformats/cid';
import { BitswapSession } from '../../../../../src/worker/protocols/bitswap/client.ts';
import type { BitswapDeps } from '../../../../../src/worker/protocols/bitswap/client.ts';
import { FakeClock } from '../../../../fake-clock.ts';
import { randomTree } from '../../../../random-tree.ts';

type CreateSession = BitswapDeps['node']['helia']['blockstore']['createSession'];
type Get = ReturnType<CreateSession>['get'];

/** A session of bitswap whose `get` the test replaces. It counts what is requested at the same time. */
class FakeBitswap {
  readonly stopped = new AbortController();
  readonly created: { readonly providers: readonly string[]; readonly maxProviders: number }[] = [];
  closed = 0;
  pending = 0;
  maxPending = 0;

  readonly #answer: Get;

  constructor(answer: Get) {
    this.#answer = answer;
  }

  open(root: CID, peer: PeerId): BitswapSession {
    const createSession: CreateSession = (_root, { providers, maxProviders }) => {
      this.created.push({ providers: providers.map(String), maxProviders });
      return { get: (...args) => this.#count(args), close: () => this.closed++ };
    };
    return new BitswapSession(
      { node: { helia: { blockstore: { createSession } } }, stopped: this.stopped.signal },
      root,
      peer,
    );
  }

  async *#count(args: Parameters<Get>): ReturnType<Get> {
    this.pending++;
    this.maxPending = Math.max(this.maxPending, this.pending);
    try {
      yield* this.#answer(...args);
    } finally {
      this.pending--;
    }
  }
}

/** Waits until the signal of the request fires, as a peer that never answers makes it. */
const silent: Get = async function* (_cid, options) {
  yield* [];
  const { signal } = options ?? {};
  await new Promise((_resolve, reject) => {
    const onAbort = (): void => {
      reject(new Error('aborted'));
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
};

describe('a bitswap session with one peer', () => {
  let peer: PeerId;
  before(async () => {
    peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
  });

  it('asks this peer alone, for a bounded number of blocks at the same time', async () => {
    const tree = await randomTree(Array.from({ length: 40 }, () => 500));
    const bitswap = new FakeBitswap(async function* (cid) {
      await new Promise((resolve) => setImmediate(resolve));
      yield* tree.store.get(cid);
    });
    const session = bitswap.open(tree.root, peer);
    const wants: { readonly cid: CID; readonly scope: 'block' }[] = [];
    for await (const { cid } of tree.store.getAll()) wants.push({ cid, scope: 'block' });
    const received: string[] = [];
    await session.fetch(wants, (cid) => {
      received.push(cid.toString());
    });
    assert.deepEqual(received.sort(), wants.map(({ cid }) => cid.toString()).sort());
    assert.deepEqual(bitswap.created, [{ providers: [peer.toCID().toString()], maxProviders: 1 }]);
    assert.equal(bitswap.maxPending, 16);
  });

  it('ends when the peer does not answer in time', async () => {
    using clock = new FakeClock();
    const { root } = await randomTree([10]);
    const bitswap = new FakeBitswap(silent);
    const session = bitswap.open(root, peer);
    const fetching = session.fetch([{ cid: root, scope: 'block' }], () => assert.fail('nothing arrives'));
    await assert.rejects(clock.run(fetching), { name: 'BitswapTimeoutError' });
    assert.equal(bitswap.closed, 1);
  });

  it('takes no block of another peer that bitswap finds', async () => {
    const { root } = await randomTree([10]);
    const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toCID();
    const bitswap = new FakeBitswap(async function* (cid, options) {
      const found = { type: 'bitswap:found-provider', detail: { provider: { id: other } } };
      options?.onProgress?.(found as Parameters<NonNullable<typeof options.onProgress>>[0]);
      options?.signal?.throwIfAborted();
      yield* silent(cid, options);
    });
    const fetching = bitswap
      .open(root, peer)
      .fetch([{ cid: root, scope: 'block' }], () => assert.fail('nothing arrives'));
    await assert.rejects(fetching, { name: 'BitswapTimeoutError', message: 'The peer did not respond' });
  });

  it('ends with the node, and once', async () => {
    const { root } = await randomTree([10]);
    const bitswap = new FakeBitswap(silent);
    const session = bitswap.open(root, peer);
    const fetching = session.fetch([{ cid: root, scope: 'block' }], () => assert.fail('nothing arrives'));
    bitswap.stopped.abort();
    await assert.rejects(fetching);
    session.close();
    assert.equal(bitswap.closed, 1);
  });

  it('ends with the error of the receiver', async () => {
    const tree = await randomTree([10]);
    const bitswap = new FakeBitswap((cid) => tree.store.get(cid));
    const session = bitswap.open(tree.root, peer);
    const refuse = (): never => {
      throw new Error('The disk is full');
    };
    await assert.rejects(session.fetch([{ cid: tree.root, scope: 'block' }], refuse), { message: 'The disk is full' });
    assert.equal(bitswap.closed, 1);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { MemoryBlockstore } from 'blockstore-core';
import type { Stream } from '@libp2p/interface';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { TransferSettings } from '../../../src/shared/model.ts';
import { collectBytes } from '../../../src/worker/blocks/block-storage.ts';
import { fetchTree, openBlockSource } from '../../../src/worker/transfer/transfer.ts';
import type { BlockSource } from '../../../src/worker/transfer/transfer.ts';
import { Blocks } from '../../../src/worker/protocols/blocks/index.ts';
import { ByteStream } from '../../../src/worker/protocols/wire/byte-stream.ts';
import { CarServer } from '../../../src/worker/protocols/car/server.ts';
import {
  END_OF_ANSWER,
  decodeCarRequest,
  encodeCarHeader,
  encodeHead,
  readFrame,
  sectionPrefix,
} from '../../../src/worker/protocols/car/wire.ts';
import type { CarWant } from '../../../src/worker/protocols/car/wire.ts';
import { Traffic } from '../../../src/worker/protocols/shared/traffic.ts';
import { CAR_PROTOCOL } from '../../../src/worker/node/protocols.ts';
import { SeededBlockstore } from '../../../src/worker/node/seeded-blockstore.ts';
import type { TestTree } from '../../random-tree.ts';
import { barePeer } from './bare-peer.ts';
import type { BarePeer } from './bare-peer.ts';

const nothing = (): void => undefined;
const LOG = { error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };

/** Peers that only transfer blocks, over real sockets and without an engine. */
export class CarNetwork {
  readonly #peers: BarePeer[] = [];
  readonly #stopped = new AbortController();

  /** A peer that serves a store honestly. */
  async provider(
    store: Blockstore,
    settings: Partial<TransferSettings> = {},
  ): Promise<BarePeer & { readonly traffic: Traffic }> {
    const peer = await this.peer();
    const traffic = testTraffic({ limitLocalNetwork: true, ...settings });
    await new CarServer({
      node: peer.node,
      stopped: this.#stopped.signal,
      log: LOG,
      seededBlocks: new SeededBlockstore(store, () => false),
      traffic,
    }).start();
    return { ...peer, traffic };
  }

  /** A peer whose answers the test writes. */
  async scripted(answer: (requests: readonly CarWant[], out: AnswerWriter) => Promise<void>): Promise<BarePeer> {
    const peer = await this.peer();
    await peer.node.libp2p.handle(CAR_PROTOCOL, async (stream) => {
      const bytes = new ByteStream(stream);
      const { signal } = this.#stopped;
      try {
        for (;;) {
          const { wants: requests } = decodeCarRequest(
            await readFrame(bytes, 1024 * 1024, (least) => bytes.waitForBytes(signal, least)),
          );
          await answer(requests, new AnswerWriter(bytes, stream, signal));
        }
      } catch {
        // The requester disconnected, or the test ended.
      }
    });
    return peer;
  }

  async peer(): Promise<BarePeer> {
    const peer = await barePeer();
    this.#peers.push(peer);
    return peer;
  }

  /** A peer that fetches from these providers, best first, and records successes and failures. */
  async reader(providers: readonly BarePeer[], settings: Partial<TransferSettings> = {}): Promise<Reader> {
    const peer = await this.peer();
    for (const { address } of providers) await peer.dial(address);
    return new Reader(
      peer,
      providers.map(({ id }) => id),
      this.#stopped.signal,
      testTraffic(settings),
    );
  }

  async close(): Promise<void> {
    this.#stopped.abort(new Error('The test is over'));
    await Promise.all(this.#peers.splice(0).map((peer) => peer.stop()));
  }
}

/** Writes a scripted answer. */
export class AnswerWriter {
  readonly bytes: ByteStream;
  readonly stream: Stream;
  readonly signal: AbortSignal;

  constructor(bytes: ByteStream, stream: Stream, signal: AbortSignal) {
    this.bytes = bytes;
    this.stream = stream;
    this.signal = signal;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.bytes.write(bytes, this.signal);
  }

  async begin(root: CID): Promise<void> {
    await this.write(encodeHead(false));
    await this.write(encodeCarHeader(root));
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    await this.write(sectionPrefix(cid, bytes.length));
    await this.write(bytes);
  }

  end(): Promise<void> {
    return this.write(END_OF_ANSWER);
  }

  async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.signal });
  }
}

/** Stores copies, as a disk does: the transfer reuses the buffers of stored blocks. */
class CopyingBlockstore extends MemoryBlockstore {
  override async put(cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
    return super.put(cid, Buffer.from(value instanceof Uint8Array ? value : await collectBytes(value)));
  }
}

export class Reader {
  readonly peer: BarePeer;
  readonly store = new CopyingBlockstore();
  readonly failures: { peer: string; kind: 'timeout' | 'invalid' }[] = [];
  /** Verified bytes by peer. */
  readonly received = new Map<string, number>();
  readonly #providers: readonly string[];
  readonly #blocks: Blocks;

  constructor(peer: BarePeer, providers: readonly string[], stopped: AbortSignal, traffic: Traffic) {
    this.peer = peer;
    this.#providers = providers;
    this.#blocks = new Blocks({ node: peer.node, stopped, traffic });
  }

  fetch(tree: Pick<TestTree, 'root' | 'size'>, signal: AbortSignal = AbortSignal.timeout(30_000)): Promise<void> {
    return fetchTree(tree.root, { ...this.#options(), signal, size: tree.size, onBlock: nothing });
  }

  source(root: CID): BlockSource {
    return openBlockSource(root, this.#options());
  }

  #options() {
    return {
      store: this.store,
      network: this.#blocks,
      providers: this.#providers,
      onSuccess: (peer: string, _time: number, bytes: number): void => {
        this.received.set(peer, (this.received.get(peer) ?? 0) + bytes);
      },
      onFailure: (peer: string, kind: 'timeout' | 'invalid'): void => {
        this.failures.push({ peer, kind });
      },
      log: LOG,
    };
  }
}

function testTraffic(settings: Partial<TransferSettings>): Traffic {
  return new Traffic(
    { load: () => ({ sent: 0, received: 0 }), save: nothing, isPaused: () => false, savePaused: nothing },
    { ...DEFAULT_NODE_SETTINGS.transfers, ...settings },
  );
}

import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { collectBytes } from '../../../../../src/worker/blocks/block-storage.ts';
import { fetchTree } from '../../../../../src/worker/transfer/transfer.ts';
import type { BlockSourceOptions } from '../../../../../src/worker/transfer/transfer.ts';
import { FakeClock } from '../../../../fake-clock.ts';
import { allBlocks } from '../../../../random-tree.ts';
import type { TestTree } from '../../../../random-tree.ts';
import { FakeBlockNetwork, FakeProvider } from './fake-provider.ts';
import type { Answer } from './fake-provider.ts';

const noop = (): void => undefined;
const LOG = { error: noop, warn: noop, info: noop, debug: noop };

/** Keeps copies, as a disk does: the transfer reuses the buffers of blocks that are stored. */
class CopyingBlockstore extends MemoryBlockstore {
  override async put(cid: CID, value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
    return super.put(cid, Buffer.from(value instanceof Uint8Array ? value : await collectBytes(value)));
  }
}

/** One transfer from fake providers, whose time the test moves, on a thread that has time to spare. */
export class TransferFixture implements Disposable {
  readonly clock = new FakeClock();
  readonly store = new CopyingBlockstore();
  readonly providers: readonly FakeProvider[];
  readonly network: FakeBlockNetwork;
  readonly failures: string[] = [];
  /** Verified bytes by peer. */
  readonly received = new Map<string, number>();
  readonly #utilization = mock.method(performance, 'eventLoopUtilization', () => ({
    idle: 1,
    active: 0,
    utilization: 0,
  }));

  /** @param answers of the providers, which are named `a`, `b`, … */
  constructor(...answers: readonly Answer[]) {
    this.providers = answers.map((answer, index) => new FakeProvider(String.fromCharCode(97 + index), answer));
    this.network = new FakeBlockNetwork(this.providers);
  }

  [Symbol.dispose](): void {
    this.#utilization.mock.restore();
    this.clock[Symbol.dispose]();
  }

  fetch(tree: Pick<TestTree, 'root' | 'size'>, options: Partial<FetchOptions> = {}): Promise<void> {
    const { signal = new AbortController().signal, onBlock = noop, ...others } = options;
    return this.clock.run(fetchTree(tree.root, { ...this.options(), ...others, signal, size: tree.size, onBlock }));
  }

  options(): BlockSourceOptions {
    return {
      store: this.store,
      network: this.network,
      providers: this.providers.map(({ id }) => id),
      onSuccess: (peer, _responseMs, bytes) => {
        this.received.set(peer, (this.received.get(peer) ?? 0) + bytes);
      },
      onFailure: (peer, kind) => {
        this.failures.push(`${peer} ${kind}`);
      },
      log: LOG,
    };
  }

  async assertComplete(tree: TestTree): Promise<void> {
    assert.deepEqual(await allBlocks(this.store), await allBlocks(tree.store));
    assert.deepEqual(
      this.providers.map(({ openSessions }) => openSessions),
      this.providers.map(() => 0),
      'every session is closed',
    );
  }
}

interface FetchOptions extends BlockSourceOptions {
  readonly signal: AbortSignal;
  readonly onBlock: (bytes: number) => void;
}

import type { PeerId } from '@libp2p/interface';
import type { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../../../../../src/worker/dag/codecs.ts';
import { linksOf } from '../../../../../src/worker/dag/nodes.ts';
import type { BlockNetwork, BlockSession, FetchScope } from '../../../../../src/worker/transfer/transfer.ts';
import { blockOf } from '../../../../random-tree.ts';

export interface Want {
  readonly cid: CID;
  readonly scope: FetchScope;
}

export type SendBlock = (cid: CID, bytes: Uint8Array) => Promise<void> | void;

/** What a provider does with one request. */
export type Answer = (wants: readonly Want[], send: SendBlock) => Promise<void>;

/** A provider of a test: how it answers, what it was asked for, and its sessions. */
export class FakeProvider {
  readonly id: string;
  /** CIDs by request. */
  readonly requests: string[][] = [];
  readonly closed: unknown[] = [];
  openSessions = 0;
  readonly #answer: Answer;

  constructor(id: string, answer: Answer) {
    this.id = id;
    this.#answer = answer;
  }

  session(): BlockSession {
    this.openSessions++;
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    let previous: Promise<unknown> = Promise.resolve();
    let isOpen = true;
    return {
      fetch: (wants, onBlock) => {
        this.requests.push(wants.map(({ cid }) => cid.toString()));
        // Several requests are answered one after the other.
        const answered = previous.then(() => this.#answer(wants, onBlock));
        previous = answered.catch(() => undefined);
        return Promise.race([answered, ended.promise]);
      },
      close: (reason = new Error('The session was closed')) => {
        if (isOpen) this.openSessions--;
        isOpen = false;
        this.closed.push(reason);
        ended.reject(reason);
      },
    };
  }
}

/** The blocks of an answer, depth first, each once; blocks that the store lacks are left out. */
export async function* answerBlocks(
  store: MemoryBlockstore,
  wants: readonly Want[],
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
  const queue = [...wants];
  const sent = new Set<string>();
  for (let want = queue.shift(); want !== undefined; want = queue.shift()) {
    const { cid, scope } = want;
    if (sent.has(cid.toString()) || !(await store.has(cid))) continue;
    sent.add(cid.toString());
    const bytes = await blockOf(store, cid);
    if (scope !== 'block' && cid.code === DAG_PB) {
      const links = linksOf(bytes).filter((link) => scope === 'tree' || link.code === DAG_PB);
      queue.unshift(...links.map((link) => ({ cid: link, scope })));
    }
    yield { cid, bytes };
  }
}

/** A provider that sends what it has. @param bytesPerMs its speed, by the clock of the test; as fast as it can by default */
export function honestAnswer(store: MemoryBlockstore, bytesPerMs = Infinity): Answer {
  return async (wants, send) => {
    for await (const { cid, bytes } of answerBlocks(store, wants)) {
      if (bytesPerMs < Infinity) await pause(bytes.length / bytesPerMs);
      // A copy: the receiver may reuse the buffer.
      await send(cid, Uint8Array.from(bytes));
    }
  };
}

export const silentAnswer: Answer = () => new Promise<never>(() => undefined);

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A running node whose only peers are these providers. */
export class FakeBlockNetwork implements BlockNetwork {
  readonly #providers: ReadonlyMap<string, FakeProvider>;
  readonly #stopped = new AbortController();
  /** Peers that the DHT names. */
  readonly dhtProviders: string[] = [];
  dhtError: Error | undefined;
  lookups = 0;

  constructor(providers: readonly FakeProvider[]) {
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
  }

  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  stop(): void {
    this.#stopped.abort(new Error('The node was stopped'));
  }

  session(_root: CID, peer: string): BlockSession {
    const provider = this.#providers.get(peer);
    if (provider === undefined) throw new Error(`There is no peer ${peer}`);
    return provider.session();
  }

  async *findProviders(): AsyncGenerator<PeerId> {
    this.lookups++;
    for (const peer of this.dhtProviders) {
      await Promise.resolve();
      yield { toString: () => peer } as PeerId;
    }
    if (this.dhtError !== undefined) throw this.dhtError;
  }
}

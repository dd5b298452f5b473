import { decode as decodeNode } from '@ipld/dag-pb';
import type { PeerId } from '@libp2p/interface';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Logger } from '../log.ts';
import { collect, matches, readVerified } from './blocks.ts';

const DAG_PB = 0x70;
const RAW = 0x55;
/** Blocks asked for at the same time. Each want is a message of its own, so more only queue up. */
const CONCURRENCY = 16;
/** A lost bitswap message hangs its fetch for ever: after this long the next provider is asked. */
const BLOCK_BOUND_MS = 3_000;
/** Rounds over all providers before giving up on a block. */
const ROUNDS = 2;
/** Directories and file nodes on top of the files' own bytes. */
const OVERHEAD_BYTES = 64 * 1024 * 1024;
const MAX_BLOCKS = 4 * LIMITS.filesPerRelease + LIMITS.bytesPerRelease / (64 * 1024);
const MAX_DEPTH = 2 * LIMITS.pathDepth;

/** Fetches single blocks from one peer. */
export interface BlockSession {
  get(cid: CID, options: { signal: AbortSignal }): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  close(): void;
}

/** What transferring needs of the running node. */
export interface BlockNetwork {
  /** A session with exactly this peer. */
  session(root: CID, peer: string): BlockSession;
  /** Peers that the DHT names as providers, as they are found. */
  findProviders(root: CID, signal: AbortSignal): AsyncIterable<PeerId>;
}

export interface TransferOptions {
  readonly store: Blockstore;
  /** Absent while no node runs: then only what is here counts. */
  readonly network?: BlockNetwork | undefined;
  /** Peers to ask, best first. */
  readonly providers: readonly string[];
  readonly signal: AbortSignal;
  /** Size of the release in bytes, as its record says: more than that is not taken. */
  readonly size: number;
  readonly onBlock: (bytes: number) => void;
  readonly onSuccess: (peer: string, responseTime: number, bytes: number) => void;
  /** `lie`: the peer sent a block that is not what its hash says. */
  readonly onFailure: (peer: string, kind: 'late' | 'lie') => void;
  readonly log: Logger;
}

interface Task {
  readonly cid: CID;
  readonly depth: number;
}

/**
 * Make every block below `root` present in the store, each hashed before it counts: from here where it is here, else
 * from the providers, over bitswap.
 *
 * @throws GgenError ContentUnavailable, ContentCorrupt, RecordInvalid (the tree is not a plain UnixFS tree, or too large)
 */
export async function fetchTree(root: CID, options: TransferOptions): Promise<void> {
  const transfer = new Transfer(root, options);
  try {
    await transfer.run();
  } finally {
    transfer.close();
  }
}

class Transfer {
  readonly #root: CID;
  readonly #options: TransferOptions;
  readonly #sessions = new Map<string, BlockSession>();
  readonly #seen = new Set<string>();
  readonly #queue: Task[] = [];
  #providers: string[];
  #lookup: Promise<void> | undefined;
  #bytes = 0;

  constructor(root: CID, options: TransferOptions) {
    this.#root = root;
    this.#options = options;
    this.#providers = [...options.providers];
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  async run(): Promise<void> {
    this.#add({ cid: this.#root, depth: 0 });
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, failed.signal]);
    const running = new Set<Promise<void>>();
    try {
      while (this.#queue.length > 0 || running.size > 0) {
        signal.throwIfAborted();
        const task = running.size < CONCURRENCY ? this.#queue.pop() : undefined;
        if (task === undefined) {
          await Promise.race(running);
          continue;
        }
        const work: Promise<void> = this.#visit(task, signal).finally(() => running.delete(work));
        running.add(work);
      }
    } catch (error) {
      failed.abort();
      await Promise.allSettled(running);
      throw error;
    }
  }

  #add(task: Task): void {
    const key = task.cid.toString();
    if (this.#seen.has(key)) return;
    if (task.depth > MAX_DEPTH || this.#seen.size >= MAX_BLOCKS) throw tooLarge(this.#root);
    this.#seen.add(key);
    this.#queue.push(task);
  }

  async #visit({ cid, depth }: Task, signal: AbortSignal): Promise<void> {
    if (cid.code !== DAG_PB && cid.code !== RAW) {
      throw new GgenError('RecordInvalid', `Block ${cid.toString()} is neither a UnixFS node nor raw bytes.`);
    }
    const bytes = (await readVerified(this.#options.store, cid)) ?? (await this.#fetch(cid, signal));
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#options.size + OVERHEAD_BYTES) throw tooLarge(this.#root);
    this.#options.onBlock(bytes.byteLength);
    if (cid.code !== DAG_PB) return;
    for (const { Hash } of decodeNode(bytes).Links) this.#add({ cid: Hash, depth: depth + 1 });
  }

  async #fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array> {
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of [...this.#providers]) {
        const bytes = await this.#ask(peer, cid, signal);
        if (bytes !== undefined) return bytes;
      }
      await this.#findProviders(signal);
    }
    throw new GgenError('ContentUnavailable', unavailable(this.#providers.length), {
      details: { cid: cid.toString(), providers: this.#providers },
    });
  }

  async #ask(peer: string, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { network, store, onSuccess, onFailure, log } = this.#options;
    if (network === undefined) return undefined;
    const started = performance.now();
    let kind: 'late' | 'lie' = 'late';
    try {
      const session = this.#sessions.get(peer) ?? network.session(this.#root, peer);
      this.#sessions.set(peer, session);
      const bytes = await collect(
        session.get(cid, { signal: AbortSignal.any([signal, AbortSignal.timeout(BLOCK_BOUND_MS)]) }),
      );
      if (!(await matches(cid, bytes))) {
        await store.delete(cid);
        kind = 'lie';
        throw new Error('the block does not match its hash');
      }
      onSuccess(peer, performance.now() - started, bytes.byteLength);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      log.debug(`Peer ${peer} did not send block ${cid.toString()}: ${errorMessage(error)}`);
      onFailure(peer, kind);
      // A session remembers whom it gave up on; the next try begins a new one, behind the other providers.
      this.#sessions.get(peer)?.close();
      this.#sessions.delete(peer);
      this.#providers = [...this.#providers.filter((other) => other !== peer), peer];
      return undefined;
    }
  }

  /** Ask the DHT for more providers, once per transfer. */
  async #findProviders(signal: AbortSignal): Promise<void> {
    const { network } = this.#options;
    if (network === undefined) return;
    this.#lookup ??= (async () => {
      const bound = AbortSignal.any([signal, AbortSignal.timeout(BLOCK_BOUND_MS)]);
      try {
        for await (const peer of network.findProviders(this.#root, bound)) {
          const id = peer.toString();
          if (!this.#providers.includes(id)) this.#providers.unshift(id);
        }
      } catch (error) {
        signal.throwIfAborted();
        this.#options.log.debug(`Asking the DHT for providers ended: ${errorMessage(error)}`);
      }
    })();
    await this.#lookup;
  }
}

function tooLarge(root: CID): GgenError {
  return new GgenError('RecordInvalid', 'The content is larger than its record says. Nothing was installed.', {
    details: { cid: root.toString() },
  });
}

function unavailable(providers: number): string {
  if (providers === 0) {
    return 'No connected peer serves this package. Try again when its publisher, or someone who installed it, is connected.';
  }
  const who =
    providers === 1
      ? 'The one peer that serves this package'
      : `None of the ${providers} peers that serve this package`;
  return `${who} ${providers === 1 ? 'did not send' : 'sent'} all of it. Try again later.`;
}

import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import { blockBuffers } from '../dag/block-buffers.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { decodeLinks } from '../dag/nodes.ts';
import type { Link } from '../dag/nodes.ts';
import { matches, readVerified } from '../blocks/blocks.ts';
import type { Scope } from './transfer-types.ts';
import { MAX_TREE_BLOCKS, MAX_TREE_DEPTH } from './tree-bounds.ts';

/** Blocks looked up in the local store at the same time. */
const LOOK_UPS = 32;
/** Bytes on their way to the store, above which no more are taken from the network: each block holds the pieces in which it came. */
const STORING_BYTES = 4 * 1024 * 1024;
/** Largest leaf, in bytes: what a parent claims above that is not believed. */
const MAX_LEAF_BYTES = 1024 * 1024;

/** One request to one peer, as far as the blocks care. */
export interface Answer {
  readonly peer: string;
  /** What it may bring: what was asked for and how much below it, and by and by what lies below that. */
  readonly entries: Map<Entry, Scope>;
  /** Of these, what was asked for by its CID. A peer may not know the way further down: bitswap does not. */
  readonly named: Set<Entry>;
  /** Blocks that came in it. */
  readonly received: Set<string>;
}

/** A block of the tree. */
export interface Entry {
  readonly cid: CID;
  readonly key: string;
  readonly depth: number;
  /** Bytes, or what a parent claims: only an estimate. */
  readonly size: number;
  /** Whether what is below it belongs to what is wanted. */
  readonly follow: boolean;
  state: 'checking' | 'missing' | 'here';
  /** Requests under way that may bring it. */
  readonly asked: Set<Answer>;
  /** Peers that do not have it. */
  readonly refused: Set<string>;
}

interface Place {
  readonly depth: number;
  readonly size: number;
  readonly follow: boolean;
}

export interface TreeBlocksOptions {
  readonly store: Blockstore;
  readonly maxBytes: number;
  readonly onBlock: (bytes: number) => void;
}

/** Something came that nobody asked for, or that is not what its hash says. */
class Lie extends Error {
  override readonly name = 'PeerLied';
}

/**
 * Which blocks of a tree are here and which are missing, from the root down. Each block is hashed before it counts, wherever it
 * came from, and a block that came is asked for no more.
 */
export class TreeBlocks {
  readonly #root: CID;
  readonly #options: TreeBlocksOptions;
  readonly #entries = new Map<string, Entry>();
  /** Missing blocks that no request under way may bring. */
  readonly unasked = new Set<Entry>();
  readonly #look: (() => Promise<void>)[] = [];
  readonly #arrivals = new Map<string, PromiseWithResolvers<Uint8Array>>();
  readonly #done = Promise.withResolvers<undefined>();
  readonly #storing = new Set<Promise<void>>();
  #room = Promise.withResolvers<undefined>();
  #storingBytes = 0;
  #looking = 0;
  #unsettled = 0;
  #bytes = 0;
  #closed = false;
  /** Called when something is missing, or no longer. */
  onChange: () => void = () => undefined;

  constructor(root: CID, options: TreeBlocksOptions) {
    this.#root = root;
    this.#options = options;
    this.#done.promise.catch(() => undefined);
  }

  /** Resolves when every block is here and stored; rejects when it never will be, for a reason that is no peer's. */
  async complete(): Promise<void> {
    await this.#done.promise;
  }

  /** Resolves when what is being stored is stored. Nothing is taken any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#look.length = 0;
    this.#room.resolve(undefined);
    await Promise.allSettled(this.#storing);
  }

  get hasMissing(): boolean {
    return this.#unsettled > 0;
  }

  /** The bytes of a block, when it comes. */
  arrival(cid: CID): Promise<Uint8Array> {
    const key = cid.toString();
    const arrival = this.#arrivals.get(key) ?? Promise.withResolvers<Uint8Array>();
    this.#arrivals.set(key, arrival);
    return arrival.promise;
  }

  /** A block is of interest no more, whether it came or not. */
  forget(cid: CID): void {
    const key = cid.toString();
    const entry = this.#entries.get(key);
    this.#arrivals.delete(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.unasked.delete(entry);
    if (entry.state !== 'here') this.#settled();
  }

  /** This block belongs to what is wanted. @param by the request that brings it by itself, if any */
  add(cid: CID, place: Place, by?: { readonly answer: Answer; readonly scope: Scope }): void {
    const key = cid.toString();
    if (this.#entries.has(key) || this.#closed) return;
    if (place.depth > MAX_TREE_DEPTH || this.#entries.size >= MAX_TREE_BLOCKS) {
      this.#fail(this.#tooLarge());
      return;
    }
    if (cid.code !== DAG_PB && cid.code !== RAW) {
      this.#fail(new GgenError('RecordInvalid', `Block ${key} is neither a UnixFS node nor raw bytes.`));
      return;
    }
    const entry: Entry = {
      ...place,
      cid,
      key,
      state: 'checking',
      asked: new Set(),
      refused: new Set(),
    };
    this.#entries.set(key, entry);
    this.#unsettled++;
    if (by !== undefined) this.#cover(entry, by.answer, by.scope);
    this.#look.push(() => this.#lookUp(entry));
    this.#lookNext();
  }

  /** A request is under way that names this block. */
  ask(entry: Entry, answer: Answer, scope: Scope): void {
    answer.named.add(entry);
    this.#cover(entry, answer, scope);
  }

  #cover(entry: Entry, answer: Answer, scope: Scope): void {
    entry.asked.add(answer);
    answer.entries.set(entry, scope);
    this.unasked.delete(entry);
  }

  /** A request came to its end. @param complete the peer has nothing of what did not come */
  ended(answer: Answer, complete: boolean): void {
    for (const entry of answer.entries.keys()) {
      entry.asked.delete(answer);
      if (complete && answer.named.has(entry)) entry.refused.add(answer.peer);
      if (entry.state === 'missing' && entry.asked.size === 0) this.unasked.add(entry);
    }
    answer.entries.clear();
  }

  /**
   * A block came in an answer, whose bytes are nobody's from now on. Resolves when there is room for the next. Returns whether it
   * was news.
   *
   * @throws an error named `PeerLied`
   */
  async take(cid: CID, bytes: Uint8Array, answer: Answer): Promise<boolean> {
    const isNews = await this.#take(cid, bytes, answer);
    if (!isNews) blockBuffers.give(bytes);
    else if (this.#storingBytes > STORING_BYTES) await this.#room.promise;
    return isNews;
  }

  async #take(cid: CID, bytes: Uint8Array, answer: Answer): Promise<boolean> {
    const key = cid.toString();
    // An answer without repetitions ends with the tree.
    if (answer.received.has(key)) throw new Lie(`Block ${key} came twice in one answer`);
    answer.received.add(key);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      // Where single blocks are read, one may have lost interest while it was on its way.
      if ([...answer.entries.keys()].some((one) => one.key === key)) return false;
      throw new Lie(`Nobody asked for block ${key}`);
    }
    if (entry.state === 'here') return false;
    if (!(await matches(cid, bytes))) throw new Lie(`Block ${key} does not match its hash`);
    // Another provider may have been faster meanwhile, or who wanted it may have lost interest.
    if (this.#isHere(entry) || this.#entries.get(key) !== entry || this.#closed) return false;
    this.#put(entry, bytes);
    this.#has(entry, bytes, answer);
    return true;
  }

  #isHere({ state }: Entry): boolean {
    return state === 'here';
  }

  #put(entry: Entry, bytes: Uint8Array): void {
    // The links of a node are views of its bytes, and who waits for a block gets them.
    const isFree = entry.cid.code === RAW && !this.#arrivals.has(entry.key);
    this.#storingBytes += bytes.length;
    const stored = Promise.resolve(this.#options.store.put(entry.cid, bytes)).then(
      () => undefined,
      (error: unknown) => {
        this.#fail(error);
      },
    );
    const work = stored.then(() => {
      this.#storing.delete(work);
      this.#storingBytes -= bytes.length;
      if (isFree) blockBuffers.give(bytes);
      if (this.#storingBytes <= STORING_BYTES) {
        this.#room.resolve(undefined);
        this.#room = Promise.withResolvers();
      }
      this.#settled();
    });
    // Counted as unsettled until it is stored.
    this.#unsettled++;
    this.#storing.add(work);
  }

  /** The block is here: what is below it comes next. */
  #has(entry: Entry, bytes: Uint8Array, answer?: Answer): void {
    const scope = answer?.entries.get(entry);
    entry.state = 'here';
    for (const other of entry.asked) other.entries.delete(entry);
    entry.asked.clear();
    this.unasked.delete(entry);
    this.#bytes += bytes.length;
    if (this.#bytes > this.#options.maxBytes) this.#fail(this.#tooLarge());
    this.#options.onBlock(bytes.length);
    if (entry.follow && entry.cid.code === DAG_PB) this.#follow(entry, bytes, answer, scope);
    this.#arrivals.get(entry.key)?.resolve(bytes);
    this.#settled();
  }

  #follow({ cid, depth }: Entry, bytes: Uint8Array, answer?: Answer, scope: Scope = 'block'): void {
    let links: readonly Link[];
    try {
      links = decodeLinks(bytes);
    } catch (cause) {
      this.#fail(new GgenError('RecordInvalid', `Block ${cid.toString()} is not a UnixFS node.`, { cause }));
      return;
    }
    for (const { Hash, Tsize = MAX_LEAF_BYTES } of links) {
      const covered = answer !== undefined && (scope === 'tree' || (scope === 'nodes' && Hash.code === DAG_PB));
      const size = Hash.code === RAW ? Math.min(Tsize, MAX_LEAF_BYTES) : Tsize;
      this.add(Hash, { depth: depth + 1, size, follow: true }, covered ? { answer, scope } : undefined);
    }
  }

  #lookNext(): void {
    while (this.#looking < LOOK_UPS) {
      const look = this.#look.shift();
      if (look === undefined) return;
      this.#looking++;
      void look().finally(() => {
        this.#looking--;
        this.#lookNext();
      });
    }
  }

  async #lookUp(entry: Entry): Promise<void> {
    try {
      const bytes = await readVerified(this.#options.store, entry.cid);
      if (entry.state !== 'checking' || this.#closed) return;
      if (bytes !== undefined) {
        this.#has(entry, bytes);
        return;
      }
      entry.state = 'missing';
      if (entry.asked.size === 0) this.unasked.add(entry);
      this.onChange();
    } catch (error) {
      this.#fail(error);
    }
  }

  #settled(): void {
    this.#unsettled--;
    if (this.#unsettled === 0) this.#done.resolve(undefined);
    else this.onChange();
  }

  #fail(error: unknown): void {
    this.#done.reject(error);
  }

  #tooLarge(): GgenError {
    return new GgenError('RecordInvalid', 'The content is larger than its record says. Nothing was installed.', {
      details: { cid: this.#root.toString() },
    });
  }
}

import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import { blockBufferPool } from '../dag/block-buffer-pool.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { decodeLinks } from '../dag/nodes.ts';
import type { Link } from '../dag/nodes.ts';
import { matchesCid, readVerifiedBlock } from '../blocks/block-storage.ts';
import type { FetchScope } from './transfer-types.ts';
import { MAX_TREE_BLOCKS, MAX_TREE_DEPTH } from './tree-limits.ts';

/** Blocks looked up in the local store at the same time. */
const MAX_CONCURRENT_LOOKUPS = 32;
/** Bytes that are being stored, above which no more blocks are read from the network. */
const MAX_PENDING_WRITE_BYTES = 4 * 1024 * 1024;
/** Maximum size of a leaf: a larger size that a parent claims is ignored. */
const MAX_LEAF_BYTES = 1024 * 1024;

/** A pending request to one peer. */
export interface BlockRequest {
  readonly peer: string;
  /**
   * Blocks that the request may deliver, with the scope of each: the requested ones, and those below them as they
   * become known.
   */
  readonly blocks: Map<TreeBlock, FetchScope>;
  /** The blocks that were requested by their CID. Over bitswap, a peer delivers only these. */
  readonly explicitBlocks: Set<TreeBlock>;
  /** Keys of the blocks that the peer sent for this request. */
  readonly receivedKeys: Set<string>;
}

/** A block of the tree. */
export interface TreeBlock {
  readonly cid: CID;
  readonly key: string;
  readonly depth: number;
  /** Size in bytes as the parent claims; for a node, of everything below it. Only an estimate. */
  readonly size: number;
  /** Whether the blocks below it are part of the transfer. */
  readonly followLinks: boolean;
  state: 'checking' | 'missing' | 'present';
  /** Pending requests that may deliver it. */
  readonly requests: Set<BlockRequest>;
  /** Ids of peers that do not have it. */
  readonly peersWithout: Set<string>;
}

interface TreePosition {
  readonly depth: number;
  readonly size: number;
  readonly followLinks: boolean;
}

export interface TreeBlocksOptions {
  readonly store: Blockstore;
  readonly maxBytes: number;
  readonly onBlock: (bytes: number) => void;
  /** As `TransferOptions.content`. */
  readonly content?: 'all' | 'nodes';
}

/** The peer sent a block that was not requested, was sent before, or does not match its hash. */
class InvalidBlockError extends Error {
  override readonly name = 'InvalidBlockError';
}

/**
 * The state of a tree during a transfer: which blocks are present, being looked up, or missing, from the root down. It
 * verifies each block, stored or received, before it follows the links of the block. It is not a `walkTree`, because
 * blocks arrive in the order in which the providers send them.
 *
 * Buffers: `receiveBlock` owns the bytes that it gets. A leaf's buffer is released to `blockBufferPool` when the leaf
 * is stored. A node's buffer is never released, because its links are views of the bytes; neither is a buffer that
 * `waitFor` returns.
 */
export class TreeBlocks {
  readonly #root: CID;
  readonly #options: TreeBlocksOptions;
  readonly #blocks = new Map<string, TreeBlock>();
  /** Missing blocks that no pending request may deliver. */
  readonly unrequested = new Set<TreeBlock>();
  readonly #lookups: (() => Promise<void>)[] = [];
  readonly #blockWaiters = new Map<string, PromiseWithResolvers<Uint8Array>>();
  readonly #completion = Promise.withResolvers<undefined>();
  readonly #pendingWrites = new Set<Promise<void>>();
  #writeCapacity = Promise.withResolvers<undefined>();
  #pendingWriteBytes = 0;
  #activeLookups = 0;
  #pendingBlocks = 0;
  #bytes = 0;
  #closed = false;
  /** Called when a block becomes missing or present. */
  onChange: () => void = () => undefined;

  constructor(root: CID, options: TreeBlocksOptions) {
    this.#root = root;
    this.#options = options;
    this.#completion.promise.catch(() => undefined);
  }

  /**
   * Resolves when every block is stored; rejects when the tree is invalid or the store fails. Peers are never the
   * cause.
   */
  async whenComplete(): Promise<void> {
    await this.#completion.promise;
  }

  /** Refuses further blocks. Resolves when no block is being stored any longer. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#lookups.length = 0;
    this.#writeCapacity.resolve(undefined);
    await Promise.allSettled(this.#pendingWrites);
  }

  get hasPendingBlocks(): boolean {
    return this.#pendingBlocks > 0;
  }

  /** The bytes of a block, once it is present. */
  waitFor(cid: CID): Promise<Uint8Array> {
    const key = cid.toString();
    const waiter = this.#blockWaiters.get(key) ?? Promise.withResolvers<Uint8Array>();
    this.#blockWaiters.set(key, waiter);
    return waiter.promise;
  }

  /** Removes a block from the transfer, whether it is present or not. */
  forget(cid: CID): void {
    const key = cid.toString();
    const block = this.#blocks.get(key);
    this.#blockWaiters.delete(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    this.unrequested.delete(block);
    if (block.state !== 'present') this.#settle();
  }

  /** Adds a block to the transfer. @param requestedBy the pending request whose scope includes it, if any */
  add(
    cid: CID,
    position: TreePosition,
    requestedBy?: { readonly request: BlockRequest; readonly scope: FetchScope },
  ): void {
    const key = cid.toString();
    if (this.#blocks.has(key) || this.#closed) return;
    if (position.depth > MAX_TREE_DEPTH || this.#blocks.size >= MAX_TREE_BLOCKS) {
      this.#fail(this.#tooLarge());
      return;
    }
    if (cid.code !== DAG_PB && cid.code !== RAW) {
      this.#fail(new GgenError('RecordInvalid', `Block ${key} is neither a UnixFS node nor raw bytes.`));
      return;
    }
    const block: TreeBlock = {
      ...position,
      cid,
      key,
      state: 'checking',
      requests: new Set(),
      peersWithout: new Set(),
    };
    this.#blocks.set(key, block);
    this.#pendingBlocks++;
    if (requestedBy !== undefined) this.#assignRequest(block, requestedBy.request, requestedBy.scope);
    this.#lookups.push(() => this.#lookUpLocally(block));
    this.#startLookups();
  }

  /** Records that a request names this block. */
  markRequested(block: TreeBlock, request: BlockRequest, scope: FetchScope): void {
    request.explicitBlocks.add(block);
    this.#assignRequest(block, request, scope);
  }

  #assignRequest(block: TreeBlock, request: BlockRequest, scope: FetchScope): void {
    block.requests.add(request);
    request.blocks.set(block, scope);
    this.unrequested.delete(block);
  }

  /** Records the end of a request. @param isComplete the peer does not have the requested blocks that did not arrive */
  finishRequest(request: BlockRequest, isComplete: boolean): void {
    for (const block of request.blocks.keys()) {
      block.requests.delete(request);
      if (isComplete && request.explicitBlocks.has(block)) block.peersWithout.add(request.peer);
      if (block.state === 'missing' && block.requests.size === 0) this.unrequested.add(block);
    }
    request.blocks.clear();
  }

  /**
   * Verifies and stores a block that a peer sent. The caller must not use the bytes afterwards. Resolves when the next
   * block may be read.
   *
   * @returns whether the block was missing
   * @throws InvalidBlockError
   */
  async receiveBlock(cid: CID, bytes: Uint8Array, request: BlockRequest): Promise<boolean> {
    const isNew = await this.#acceptBlock(cid, bytes, request);
    if (!isNew) blockBufferPool.release(bytes);
    else if (this.#pendingWriteBytes > MAX_PENDING_WRITE_BYTES) await this.#writeCapacity.promise;
    return isNew;
  }

  async #acceptBlock(cid: CID, bytes: Uint8Array, request: BlockRequest): Promise<boolean> {
    const key = cid.toString();
    // Otherwise an answer could repeat blocks without end.
    if (request.receivedKeys.has(key)) throw new InvalidBlockError(`Block ${key} was sent twice in one response`);
    request.receivedKeys.add(key);
    const block = this.#blocks.get(key);
    if (block === undefined) {
      // The reader of a single block may have canceled since it was requested.
      if ([...request.blocks.keys()].some((one) => one.key === key)) return false;
      throw new InvalidBlockError(`Block ${key} was not requested`);
    }
    if (block.state === 'present') return false;
    if (!(await matchesCid(cid, bytes))) throw new InvalidBlockError(`Block ${key} does not match its hash`);
    // During the verification, another provider may have delivered it, or its reader may have canceled.
    if (this.#isPresent(block) || this.#blocks.get(key) !== block || this.#closed) return false;
    this.#writeBlock(block, bytes);
    this.#markPresent(block, bytes, request);
    return true;
  }

  #isPresent({ state }: TreeBlock): boolean {
    return state === 'present';
  }

  #writeBlock(block: TreeBlock, bytes: Uint8Array): void {
    // The links of a node are views of its bytes, and a waiting reader gets the bytes of its block.
    const isReusable = block.cid.code === RAW && !this.#blockWaiters.has(block.key);
    this.#pendingWriteBytes += bytes.length;
    const stored = Promise.resolve(this.#options.store.put(block.cid, bytes)).then(
      () => undefined,
      (error: unknown) => {
        this.#fail(error);
      },
    );
    const write = stored.then(() => {
      this.#pendingWrites.delete(write);
      this.#pendingWriteBytes -= bytes.length;
      if (isReusable) blockBufferPool.release(bytes);
      if (this.#pendingWriteBytes <= MAX_PENDING_WRITE_BYTES) {
        this.#writeCapacity.resolve(undefined);
        this.#writeCapacity = Promise.withResolvers();
      }
      this.#settle();
    });
    // Pending until it is stored.
    this.#pendingBlocks++;
    this.#pendingWrites.add(write);
  }

  /** Marks a verified block as present, and adds the blocks that it links to. */
  #markPresent(block: TreeBlock, bytes: Uint8Array, request?: BlockRequest): void {
    const scope = request?.blocks.get(block);
    block.state = 'present';
    for (const otherRequest of block.requests) otherRequest.blocks.delete(block);
    block.requests.clear();
    this.unrequested.delete(block);
    this.#bytes += bytes.length;
    if (this.#bytes > this.#options.maxBytes) this.#fail(this.#tooLarge());
    this.#options.onBlock(bytes.length);
    if (block.followLinks && block.cid.code === DAG_PB) this.#followLinks(block, bytes, request, scope);
    this.#blockWaiters.get(block.key)?.resolve(bytes);
    this.#settle();
  }

  #followLinks(
    { cid, depth }: TreeBlock,
    bytes: Uint8Array,
    request?: BlockRequest,
    scope: FetchScope = 'block',
  ): void {
    let links: readonly Link[];
    try {
      links = decodeLinks(bytes);
    } catch (cause) {
      this.#fail(new GgenError('RecordInvalid', `Block ${cid.toString()} is not a UnixFS node.`, { cause }));
      return;
    }
    for (const { Hash, Tsize = MAX_LEAF_BYTES } of links) {
      if (this.#options.content === 'nodes' && Hash.code === RAW) continue;
      const isRequested = request !== undefined && (scope === 'tree' || (scope === 'nodes' && Hash.code === DAG_PB));
      const size = Hash.code === RAW ? Math.min(Tsize, MAX_LEAF_BYTES) : Tsize;
      this.add(Hash, { depth: depth + 1, size, followLinks: true }, isRequested ? { request, scope } : undefined);
    }
  }

  #startLookups(): void {
    while (this.#activeLookups < MAX_CONCURRENT_LOOKUPS) {
      const lookup = this.#lookups.shift();
      if (lookup === undefined) return;
      this.#activeLookups++;
      void lookup().finally(() => {
        this.#activeLookups--;
        this.#startLookups();
      });
    }
  }

  async #lookUpLocally(block: TreeBlock): Promise<void> {
    try {
      const bytes = await readVerifiedBlock(this.#options.store, block.cid);
      if (block.state !== 'checking' || this.#closed) return;
      if (bytes !== undefined) {
        this.#markPresent(block, bytes);
        return;
      }
      block.state = 'missing';
      if (block.requests.size === 0) this.unrequested.add(block);
      this.onChange();
    } catch (error) {
      this.#fail(error);
    }
  }

  #settle(): void {
    this.#pendingBlocks--;
    if (this.#pendingBlocks === 0) this.#completion.resolve(undefined);
    else this.onChange();
  }

  #fail(error: unknown): void {
    this.#completion.reject(error);
  }

  #tooLarge(): GgenError {
    return new GgenError('RecordInvalid', 'The content is larger than its record specifies. Nothing was installed.', {
      details: { cid: this.#root.toString() },
    });
  }
}

import type { PeerId } from '@libp2p/interface';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import type { Logger } from '../logging/logger.ts';

/**
 * What a request for a block includes: the block alone, also all nodes (blocks with links) below it, or all blocks
 * below it.
 */
export type FetchScope = 'block' | 'nodes' | 'tree';

/** Fetches blocks from one peer. */
export interface BlockSession {
  /**
   * Requests blocks, and blocks below them as their scope says. `onBlock` gets each block as it arrives, not verified;
   * the next block is read when its promise resolves. `onBlock` owns the buffer of the block and may release it to the
   * buffer pool.
   *
   * Resolves at the end of the answer: the peer does not have the blocks that did not arrive. Concurrent requests are
   * answered one after the other. An error ends the session.
   *
   * @throws `PeerBusyError` when the peer serves nothing at present; `ProtocolViolationError` when it breaks the
   *   protocol; any other error that is not a GgenError, when it times out or disconnects; GgenError when the cause is
   *   not the peer; and what `onBlock` throws
   */
  fetch(
    wantlist: readonly { readonly cid: CID; readonly scope: FetchScope }[],
    onBlock: (cid: CID, bytes: Uint8Array) => Promise<void> | void,
  ): Promise<void>;
  close(reason?: unknown): void;
}

/** The members of the running node that transfers use. */
export interface BlockNetwork {
  /** Opens a session with one peer. @param onReceived called with the bytes that come from it, as they are on the stream */
  session(root: CID, peer: string, onReceived?: (bytes: number) => void): BlockSession;
  /** Aborted when the node stops. */
  readonly stopped: AbortSignal;
  /** Providers of a content root from the DHT, as they are found. */
  findProviders(root: CID, signal: AbortSignal): AsyncIterable<PeerId>;
}

export interface TransferOptions {
  /** When its `put` resolves, the bytes must be written or copied: their buffer is then reused for another block. */
  readonly store: Blockstore;
  /** Undefined while no node runs: only stored blocks are then available. */
  readonly network?: BlockNetwork | undefined;
  /** Ids of the peers to ask, best first. */
  readonly providers: readonly string[];
  /** Called when all providers were asked: more may be known by then. */
  readonly moreProviders?: () => readonly string[];
  readonly signal: AbortSignal;
  /** Size of the release in bytes, from its record: the transfer fails above it. */
  readonly size: number;
  /** Called with the size of each block of the tree that is verified, stored before or fetched. */
  readonly onBlock: (bytes: number) => void;
  /** What to fetch: all blocks below the root, or only those that have links: folders, and the nodes of files. */
  readonly content?: 'all' | 'nodes';
  /** Whether blocks below a missing node are probably stored, as those of an earlier release. They are not requested unseen. */
  readonly isUpdate?: boolean;
  /** Called with the bytes that come from peers, as they are on their streams. */
  readonly onReceived?: (bytes: number) => void;
  /** Called for each verified block that a peer sent. */
  readonly onSuccess: (peer: string, responseMs: number, bytes: number) => void;
  /**
   * `invalid`: the peer broke the protocol, sent a block that does not match its hash, or one that was not requested.
   */
  readonly onFailure: (peer: string, kind: 'timeout' | 'invalid') => void;
  readonly log: Logger;
}

export type ProviderSchedulerOptions = Pick<
  TransferOptions,
  'network' | 'providers' | 'moreProviders' | 'content' | 'isUpdate' | 'onReceived' | 'onSuccess' | 'onFailure' | 'log'
>;

/** Options of a block source, as of a transfer. */
export type BlockSourceOptions = Pick<
  TransferOptions,
  'store' | 'network' | 'providers' | 'moreProviders' | 'onSuccess' | 'onFailure' | 'log'
>;

/** Single blocks of one release. */
export interface BlockSource {
  /**
   * Returns one verified block: from the store, or else from a provider, after which it is stored.
   *
   * @throws GgenError ContentUnavailable, NodeNotRunning; the reason of the signal
   */
  get(cid: CID, signal: AbortSignal): Promise<Uint8Array>;
  /** Closes the sessions with the providers. Pending requests are rejected. */
  close(): void;
}

import type { PeerId } from '@libp2p/interface';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import type { Logger } from '../logging/logger.ts';

/** How much below a block is asked for: only itself, all below it that has links, or all below it. */
export type FetchScope = 'block' | 'nodes' | 'tree';

/** Fetches blocks from one peer. */
export interface BlockSession {
  /**
   * Ask for blocks, and for what is below them. `onBlock` gets each as it comes, not verified; the next is read when it has
   * resolved. Resolves at the end of the answer: what did not come, the peer does not have. Several at once are answered one
   * after the other. After an error the session is over.
   *
   * @throws errors named `PeerLate`, `PeerLied` and `PeerBusy`; what `onBlock` threw; GgenError where it is not the peer's doing
   */
  fetch(
    wantlist: readonly { readonly cid: CID; readonly scope: FetchScope }[],
    onBlock: (cid: CID, bytes: Uint8Array) => Promise<void> | void,
  ): Promise<void>;
  close(reason?: unknown): void;
}

/** What transferring needs of the running node. */
export interface BlockNetwork {
  /** A session with exactly this peer. */
  session(root: CID, peer: string): BlockSession;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
  /** Peers that the DHT names as providers, as they are found. */
  findProviders(root: CID, signal: AbortSignal): AsyncIterable<PeerId>;
}

export interface TransferOptions {
  /** It must have written or copied what it is to put when `put` resolves: the bytes are used for the next block then. */
  readonly store: Blockstore;
  /** Absent while no node runs: then only what is here counts. */
  readonly network?: BlockNetwork | undefined;
  /** Peers to ask, best first. */
  readonly providers: readonly string[];
  /** Asked when all of them were asked: more may be known by then. */
  readonly moreProviders?: () => readonly string[];
  readonly signal: AbortSignal;
  /** Size of the release in bytes, as its record says: more than that is not taken. */
  readonly size: number;
  readonly onBlock: (bytes: number) => void;
  readonly onSuccess: (peer: string, responseMs: number, bytes: number) => void;
  /** `lie`: the peer sent a block that is not what its hash says, or that nobody asked for. */
  readonly onFailure: (peer: string, kind: 'timeout' | 'invalid') => void;
  readonly log: Logger;
}

/** What reading single blocks needs; as for a whole transfer. */
export type BlockSourceOptions = Pick<
  TransferOptions,
  'store' | 'network' | 'providers' | 'moreProviders' | 'onSuccess' | 'onFailure' | 'log'
>;

/** Blocks of one release, one at a time. */
export interface BlockSource {
  /**
   * One verified block: from here where it is here, else from a provider, and then it is here.
   *
   * @throws GgenError ContentUnavailable, NodeNotRunning; whatever `signal` was aborted with
   */
  get(cid: CID, signal: AbortSignal): Promise<Uint8Array>;
  /** Ends the sessions with the providers. */
  close(): void;
}

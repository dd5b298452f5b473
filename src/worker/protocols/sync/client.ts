import type { PeerId } from '@libp2p/interface';
import { toError } from '../../../shared/errors.ts';
import type { Location } from '../../../shared/model.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { SYNC_PROTOCOL } from '../../node/protocols.ts';
import type { PeerClocks } from '../../node/peer-clocks.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import type { StreamDialer } from '../shared/libp2p-parts.ts';
import { Frames } from '../wire/frames.ts';
import { FRAME_TIMEOUT_MS, MAX_FRAME_BYTES } from './limits.ts';
import { receiveLog } from './receive-log.ts';
import type { ReceiveDeps } from './receive-log.ts';
import { decodeHead, encodeRequest } from './wire.ts';

export interface SyncClientDeps extends ReceiveDeps {
  readonly node: { readonly libp2p: StreamDialer };
  readonly catalog: ReceiveDeps['catalog'] & { readonly peers: Pick<Catalog['peers'], 'cursor' | 'saveLocation'> };
  readonly peerReputation: ReceiveDeps['peerReputation'] & Pick<PeerReputation, 'recordSuccess'>;
  readonly peerClocks: Pick<PeerClocks, 'add'>;
  /** Of this node, rounded; undefined unless the user set one. */
  readonly ownLocation: () => Location | undefined;
  readonly stopped: AbortSignal;
}

/** Pulls the records that a peer learned since this node's cursor into its log. */
export class SyncClient {
  readonly #deps: SyncClientDeps;

  constructor(deps: SyncClientDeps) {
    this.#deps = deps;
  }

  /**
   * Pulls one portion, and saves the cursor after each batch of it.
   *
   * @returns whether the peer has more records
   * @throws Error when the peer breaks the protocol, stalls or disconnects; what came before stays
   */
  async pullPortion(peer: PeerId): Promise<boolean> {
    const { node, catalog, peerReputation, peerClocks, ownLocation } = this.#deps;
    const id = peer.toString();
    const startedAt = performance.now();
    const stream = await node.libp2p.dialProtocol(peer, SYNC_PROTOCOL, { signal: this.#timeoutSignal() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      const ownEpoch = catalog.db.epoch;
      const cursor = catalog.peers.cursor(id);
      const requestedAt = performance.now();
      await frames.write(encodeRequest(cursor, ownLocation()), this.#timeoutSignal());
      const { epoch, location, time } = decodeHead(await frames.read(this.#timeoutSignal()));
      const answeredAt = performance.now();
      const responseTimeMs = answeredAt - startedAt;
      if (time !== undefined) peerClocks.add(id, time, answeredAt - requestedAt);
      catalog.peers.saveLocation(id, location);
      const { newRecords, hasMore } = await receiveLog(this.#deps, frames, {
        peer: id,
        epoch,
        from: epoch === cursor?.epoch ? cursor.position : 0,
        ownEpoch,
        timeoutSignal: () => this.#timeoutSignal(),
      });
      // An answer without news proves nothing: a peer must not earn reputation by it.
      if (newRecords > 0) peerReputation.recordSuccess(id, responseTimeMs);
      await frames.close(this.#timeoutSignal());
      return hasMore;
    } catch (error) {
      frames.abort(toError(error));
      throw error;
    }
  }

  #timeoutSignal(): AbortSignal {
    return AbortSignal.any([this.#deps.stopped, AbortSignal.timeout(FRAME_TIMEOUT_MS)]);
  }
}

import type { PeerReputation, PeerFailure } from './peer-reputation.ts';

interface PeerShare {
  blocks: number;
  bytes: number;
  responseMs: number;
  readonly failures: Set<PeerFailure>;
}

/**
 * Collects what each peer did in one transfer. A transfer counts once for a peer, however many blocks it has: otherwise one large
 * package would outweigh everything else that is known of the peer, good or bad.
 */
export class TransferTally {
  readonly #shares = new Map<string, PeerShare>();

  /** Counts a verified block. @param responseMs milliseconds from the request to the block */
  recordBlock(peer: string, responseMs: number, bytes: number): void {
    const share = this.#share(peer);
    share.blocks++;
    share.bytes += bytes;
    share.responseMs += responseMs;
  }

  recordFailure(peer: string, kind: PeerFailure): void {
    this.#share(peer).failures.add(kind);
  }

  /** Ends the transfer, and counts it for each peer. @param durationMs milliseconds of the whole transfer */
  commit(
    peerReputation: PeerReputation,
    { publisher, name }: { publisher: string; name: string },
    durationMs: number,
  ): void {
    for (const [peer, { blocks, bytes, responseMs, failures }] of this.#shares) {
      for (const kind of failures) peerReputation.recordFailure(peer, kind);
      if (blocks === 0) continue;
      peerReputation.recordSuccess(peer, Math.round(responseMs / blocks));
      peerReputation.recordThroughput(peer, bytes, durationMs);
      peerReputation.recordProvidedPackage(peer, publisher, name);
    }
    this.#shares.clear();
  }

  #share(peer: string): PeerShare {
    const share = this.#shares.get(peer) ?? { blocks: 0, bytes: 0, responseMs: 0, failures: new Set<PeerFailure>() };
    this.#shares.set(peer, share);
    return share;
  }
}

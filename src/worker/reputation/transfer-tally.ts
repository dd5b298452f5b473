import type { Conduct, Failure } from './conduct.ts';

interface Share {
  blocks: number;
  bytes: number;
  milliseconds: number;
  readonly failures: Set<Failure>;
}

/**
 * What each peer did within one transfer. A transfer counts once for a peer, however many blocks it has: otherwise one
 * large package would drown everything else that is known of the peer, in both directions.
 */
export class TransferTally {
  readonly #shares = new Map<string, Share>();

  /** A verified block came. @param milliseconds from the question to the block */
  block(peer: string, milliseconds: number, bytes: number): void {
    const share = this.#share(peer);
    share.blocks++;
    share.bytes += bytes;
    share.milliseconds += milliseconds;
  }

  failure(peer: string, kind: Failure): void {
    this.#share(peer).failures.add(kind);
  }

  /** The transfer is over. @param duration milliseconds that it took, in which several peers may have sent at once */
  settle(conduct: Conduct, { publisher, name }: { publisher: string; name: string }, duration: number): void {
    for (const [peer, { blocks, bytes, milliseconds, failures }] of this.#shares) {
      for (const kind of failures) conduct.failure(peer, kind);
      if (blocks === 0) continue;
      conduct.success(peer, Math.round(milliseconds / blocks));
      conduct.received(peer, bytes, duration);
      conduct.served(peer, publisher, name);
    }
    this.#shares.clear();
  }

  #share(peer: string): Share {
    const share = this.#shares.get(peer) ?? { blocks: 0, bytes: 0, milliseconds: 0, failures: new Set<Failure>() };
    this.#shares.set(peer, share);
    return share;
  }
}

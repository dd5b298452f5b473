import type { PeerInfo } from '@libp2p/interface';

interface ProviderVotes {
  readonly peer: PeerInfo;
  /** Tokens for which the provider was named. */
  readonly tokens: Set<string>;
  /** Answers that named it. */
  votes: number;
  /** Its best position in an answer: the many names of one malicious answer rank behind the first names of all others. */
  rank: number;
}

/** Counts by how many peers, and for how many tokens, each provider was named. */
export class ProviderTally {
  readonly #votes = new Map<string, ProviderVotes>();

  get size(): number {
    return this.#votes.size;
  }

  /** Peer ids of all providers named so far. */
  ids(): Set<string> {
    return new Set(this.#votes.keys());
  }

  /** Whether any provider was named for the token. */
  has(token: string): boolean {
    return [...this.#votes.values()].some(({ tokens }) => tokens.has(token));
  }

  /** Counts one answer. */
  count(token: string, providers: readonly PeerInfo[]): void {
    const distinct = new Map(providers.map((one) => [one.id.toString(), one]));
    for (const [rank, peer] of [...distinct.values()].entries()) {
      const id = peer.id.toString();
      const entry = this.#votes.get(id) ?? { peer, tokens: new Set(), votes: 0, rank };
      entry.tokens.add(token);
      entry.votes++;
      entry.rank = Math.min(entry.rank, rank);
      this.#votes.set(id, entry);
    }
  }

  /** Those named for the most tokens, then by the most peers, first; without the `excluded` peer ids. */
  ranked(excluded: ReadonlySet<string>, limit: number): PeerInfo[] {
    return [...this.#votes.values()]
      .filter(({ peer }) => !excluded.has(peer.id.toString()))
      .sort((a, b) => b.tokens.size - a.tokens.size || b.votes - a.votes || a.rank - b.rank)
      .slice(0, Math.max(limit, 0))
      .map(({ peer }) => peer);
  }
}

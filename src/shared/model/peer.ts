/**
 * How this node stands to a peer. `ignored`: its score is too low, it is not asked. `banned`: no connection, nothing taken.
 */
export type PeerStanding = 'normal' | 'trusted' | 'ignored' | 'banned';

/** The terms of a peer's score; they add up to it, before the cut at 1. ggen's formula, see `src/worker/reputation`. */
export interface ReputationParts {
  /** 0 to 0.5. */
  readonly success: number;
  /** 0 to 0.25. */
  readonly responseTime: number;
  /** 0 to 0.15. */
  readonly availability: number;
  /** 0 to 0.1. */
  readonly recency: number;
  /** 0 to 0.1; 0 unless both places are known. */
  readonly proximity: number;
}

export interface PeerSummary {
  readonly id: string;
  /** As the peer claims it in identify; empty when it claims none. */
  readonly name: string;
  /** Multiaddr of the connection, or the last known one. */
  readonly address: string;
  readonly connected: boolean;
  readonly direction?: 'inbound' | 'outbound';
  /** When the present connection was opened. */
  readonly since?: number;
  /** Round-trip time in milliseconds, from the last ping. */
  readonly rtt?: number;
  /** 0 to 1; ggen's formula, see `src/worker/reputation`. */
  readonly reputation: number;
  /** Distinct packages that this peer says it serves. */
  readonly packages: number;
  readonly standing: PeerStanding;
  /** Why, in words for the user; absent when `standing` is `normal`. */
  readonly standingReason?: string;
  /** When an automatic ban ends; absent when it does not end by itself. */
  readonly standingUntil?: number;
}

export interface PeerDetails extends PeerSummary {
  readonly agent: string;
  readonly protocols: readonly string[];
  readonly addresses: readonly string[];
  readonly successes: number;
  readonly failures: number;
  /** Running average in milliseconds; absent before the first sample. */
  readonly averageResponse?: number;
  /** Bytes per second of its last transfers; absent before the first. */
  readonly throughput?: number;
  readonly lastSeen?: number;
  readonly provides: readonly string[];
  /** Distinct packages of which it sent content that was verified: what its score counts. */
  readonly verifiedPackages: number;
  /** Why `reputation` is what it is. */
  readonly reputationParts: ReputationParts;
  /** Where it says that it is, to 0.1 degree; absent when it says nothing. */
  readonly location?: Location;
}

/** A peer known to serve a package. */
export interface Provider {
  readonly peer: string;
  /** 0 to 1. */
  readonly reputation: number;
}

/** A place on Earth in degrees, as coarse as its owner tells it. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly region?: string;
}

/**
 * How this node treats a peer. `trusted`: preferred, and never banned automatically. `ignored`: not queried, because
 * its score is too low. `banned`: neither dialed nor accepted.
 */
export type PeerStanding = 'normal' | 'trusted' | 'ignored' | 'banned';

/** Terms of a peer's score, which is their sum, at most 1. ggen's formula, see `src/worker/reputation`. */
export interface ReputationParts {
  /** 0 to 0.5. */
  readonly success: number;
  /** 0 to 0.25. */
  readonly responseTime: number;
  /** 0 to 0.15. */
  readonly availability: number;
  /** 0 to 0.1. */
  readonly recency: number;
  /** 0 to 0.1; 0 unless both locations are known. */
  readonly proximity: number;
}

/** What lists show of a peer. */
export interface PeerSummary {
  readonly id: string;
  /** Name from the peer's identify message; empty when it has none. */
  readonly name: string;
  /** Multiaddr of the connection, or the last known one. */
  readonly address: string;
  readonly connected: boolean;
  readonly direction?: 'inbound' | 'outbound';
  /** When the connection was opened. */
  readonly since?: number;
  /** Round-trip time in milliseconds, from the last ping. */
  readonly rtt?: number;
  /** Score from 0 to 1. */
  readonly reputation: number;
  /** Distinct packages that this peer claims to serve. */
  readonly packages: number;
  readonly standing: PeerStanding;
  /** Reason of the standing, in words for the user; absent when it is `normal`. */
  readonly standingReason?: string;
  /** When a ban ends; absent when it does not end by itself. */
  readonly standingUntil?: number;
}

/** Everything that is known of a peer. */
export interface PeerDetails extends PeerSummary {
  /** Agent version from identify; empty when it is not known. */
  readonly agent: string;
  /** Protocol names from identify. */
  readonly protocols: readonly string[];
  /** Multiaddrs. */
  readonly addresses: readonly string[];
  /** Answers that were verified, and requests that failed. */
  readonly successes: number;
  readonly failures: number;
  /** Running average of its response time in milliseconds; absent before the first answer. */
  readonly averageResponse?: number;
  /** Bytes per second in its last transfers; absent before the first. */
  readonly throughput?: number;
  readonly lastSeen?: number;
  /** Ids of the packages that it claims to serve. */
  readonly provides: readonly string[];
  /** Distinct packages of which it sent verified content: these count for its score. */
  readonly verifiedPackages: number;
  /** Terms of `reputation`. */
  readonly reputationParts: ReputationParts;
  /** Location that it claims, to 0.1 degree; absent when it claims none. */
  readonly location?: Location;
}

/** A peer known to serve a package. */
export interface Provider {
  readonly peer: string;
  /** 0 to 1. */
  readonly reputation: number;
}

/** A location in degrees, as coarse as its owner gives it. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly region?: string;
}

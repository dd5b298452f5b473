/** What the user decided about a publisher. `followed`: known and of interest, but not vouched for. */
export type PublisherState = 'trusted' | 'followed' | 'blocked';

/** A publisher that the user has a relation to. */
export interface PublisherSummary {
  /** Publisher id. */
  readonly publisher: string;
  /** Absent when the user has decided nothing. */
  readonly state?: PublisherState;
  /** When the user decided it; absent without a state. */
  readonly since?: number;
  /** Whether its key has published from this machine. */
  readonly own: boolean;
  /** Number of its packages that are known here. */
  readonly packages: number;
  /** Number of its packages that are installed or kept on this machine. */
  readonly installed: number;
}

/**
 * Why a package name means the package of one publisher, the most binding first.
 *
 * - `id`: the request named the publisher.
 * - `choice`: the caller chose it.
 * - `lock`: the project's lock file lists it.
 * - `dependent`: its publisher also published the package that requires it.
 * - `project`: its publisher also published the other packages that the project asks for.
 * - `own`: it is the user's own.
 * - `trusted`: the user trusts its publisher.
 * - `known`: the user follows its publisher, or has installed or kept packages of that publisher.
 * - `only`: no other package of this name is known.
 */
export type NameReason = 'id' | 'choice' | 'lock' | 'dependent' | 'project' | 'own' | 'trusted' | 'known' | 'only';

/** The package that a name means. */
export interface ResolvedName {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly reason: NameReason;
  /** Ids of other packages of this name, without those of blocked publishers; at most 20. */
  readonly others: readonly string[];
}

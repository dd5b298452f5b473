import type { PeerStanding } from '../../shared/model.ts';

/** Lowest score, 0 to 1, at which a peer is queried. Source: ggen. A new peer has 0.85. */
export const MIN_SCORE = 0.5;

/** A standing that the user or, after misbehavior, the engine gave a peer. */
export interface AssignedStanding {
  readonly standing: 'trusted' | 'banned';
  /** Shown to the user. */
  readonly reason: string;
  readonly author: 'user' | 'automatic';
  /** Milliseconds since the Unix epoch, as `until`. */
  readonly since: number;
  /** When it ends; absent when it does not end by itself. */
  readonly until?: number;
}

export interface EffectiveStanding {
  readonly standing: PeerStanding;
  /** Absent when `standing` is `normal`. */
  readonly reason?: string;
  readonly until?: number;
}

/** The assigned standing until it ends, else the one that follows from the score. */
export function effectiveStanding(
  assigned: AssignedStanding | undefined,
  score: number,
  now: number,
): EffectiveStanding {
  if (assigned !== undefined && (assigned.until ?? Infinity) > now) {
    const { standing, reason, until } = assigned;
    return { standing, reason, ...(until === undefined ? {} : { until }) };
  }
  if (score >= MIN_SCORE) return { standing: 'normal' };
  return { standing: 'ignored', reason: `Its score ${score.toFixed(2)} is below ${MIN_SCORE}, so it is not queried.` };
}

import type { PublisherState, PublisherSummary } from '../model.ts';
import type { Call, Empty } from './call.ts';

/** What the user decided about publishers. It stays on this machine. */
export interface PublisherCalls {
  /** List publishers with a state, own ones, and those of installed or kept packages; those with a state first. */
  publishers: Call<Empty, readonly PublisherSummary[]>;
  /**
   * Trust, follow or block a publisher; without a state, take that back. Bare names mean the packages of trusted
   * publishers first, and never those of blocked ones. `publisher` is a publisher id, known here or not.
   */
  setPublisherState: Call<{ readonly publisher: string; readonly state?: PublisherState }, PublisherSummary>;
}

/** Gossip rate limit for the messages of one peer: far above what people publish, far below what harms this node. */
export const MESSAGE_RATE_LIMIT = { capacity: 20_000, perSecond: 2_000 };
/** Milliseconds of verification for one peer: two seconds at once, then half of every second. */
export const WORK_RATE_LIMIT_MS = { capacity: 2_000, perSecond: 500 };
/** New records of one publisher: a whole catalog at once, then one per second. */
export const RECORD_RATE_LIMIT = { capacity: 10_000, perSecond: 1 };
/** Announcements that wait to be ingested, of all peers and of one. Each takes up to 64 KiB of memory. */
export const MAX_WAITING = 2_000;
export const MAX_WAITING_PER_PEER = 500;
/** Upper bound of the work for a record, in milliseconds: what its sender is charged. */
export const VERIFICATION_COST_MS = { perMessage: 0.3, perByte: 0.000_15 } as const;
/** Shortest time between two log lines about announcements that cannot be stored. */
export const ERROR_LOG_INTERVAL_MS = 60_000;
/** Claims that wait to be verified. In a flood, further ones are dropped: sync and searches name the providers again. */
export const MAX_WAITING_CLAIMS = 2_000;
/** Claims that are verified at the same time: records have priority for the threads. */
export const MAX_CONCURRENT_VERIFICATIONS = 4;
/** Verified claims are written together, this long after the first. */
export const CLAIM_WRITE_DELAY_MS = 20;

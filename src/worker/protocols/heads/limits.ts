/** DHT values expire after 48 hours, and the DHT does not put them again. */
export const REPUBLISH_INTERVAL_MS = 8 * 60 * 60 * 1000;
/** How often the task looks for heads that are due, and how soon after the start: the routing table is empty at first. */
export const CHECK_INTERVAL_MS = 10 * 60 * 1000;
export const INITIAL_DELAY_MS = 2_000;
export const ROUND_TIMEOUT_MS = 5 * 60 * 1000;
export const PUT_TIMEOUT_MS = 10_000;
/** A head with fewer replicas is put again sooner: the routing table was small when it was put. */
export const MIN_REPLICAS = 10;
export const WEAK_REPUBLISH_INTERVAL_MS = 60_000;

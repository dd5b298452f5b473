/** Tokens shorter than this are in almost every package, longer ones are not typed. In characters. */
export const MIN_TOKEN_LENGTH = 2;
export const MAX_TOKEN_LENGTH = 64;
/** Tokens of one package: a record with hundreds of words must not cost hundreds of DHT entries. */
export const MAX_TOKENS_PER_PACKAGE = 24;

/** Tokens looked up for one query: the longest, which are in the fewest packages. */
export const MAX_LOOKUP_TOKENS = 3;
/** Peers asked per token, so that the others outvote a malicious one. */
export const MAX_ASKED_PEERS = 12;
export const MAX_PARALLEL_LOOKUPS = 6;
export const ANSWER_TIMEOUT_MS = 3_000;
export const WALK_TIMEOUT_MS = 8_000;
/** Time for further answers after the first that names a provider. */
export const GRACE_PERIOD_MS = 750;
/** Providers taken from one answer, so that an answer with a flood of names does not displace those of other peers. */
export const MAX_PROVIDERS_PER_ANSWER = 20;
export const MAX_PROVIDERS = 60;

/** Answers to a search that are enough. Providers that do not answer are skipped: a malicious peer can name any number. */
export const MAX_ANSWERS = 10;
export const MAX_PARALLEL_SEARCHES = 10;
/** Longest search of one provider, dialing included. */
export const PEER_TIMEOUT_MS = 5_000;

/** Provider records expire after 48 hours on other nodes. */
export const REPROVIDE_INTERVAL_MS = 12 * 60 * 60 * 1000;
/** A record with fewer replicas is provided again sooner: the routing table was small when it was provided. */
export const MIN_REPLICAS = 10;
export const WEAK_REPROVIDE_INTERVAL_MS = 60_000;
/** Keys of one node: own packages first, content roots before keywords. */
export const MAX_PROVIDED_KEYS = 4_000;
/** Releases of an own package that are provided, the newest first. */
export const MAX_PROVIDED_RELEASES = 20;
export const MAX_PARALLEL_PROVIDES = 4;
export const PROVIDE_TIMEOUT_MS = 20_000;
export const CHECK_INTERVAL_MS = 10 * 60 * 1000;
export const ROUND_TIMEOUT_MS = 5 * 60 * 1000;
export const NO_PEERS_RETRY_MS = 2_000;
/**
 * Time between a change and its provider record. Connected peers learn of it by announcement, which a walk through the DHT would
 * delay; and several packages published in a row are provided together.
 */
export const PROVIDE_DEBOUNCE_MS = 2_000;
/** Pause while some keys are not provided yet. */
export const RETRY_INTERVAL_MS = 15_000;

/** Blocks and sub-trees that one request may name. */
export const MAX_WANTS = 4_096;
/** A request of that many CIDs with sha2-256 hashes, and its framing. */
export const MAX_REQUEST_BYTES = 256 * 1024;
export const MAX_HEAD_BYTES = 1024;
export const MAX_CAR_HEADER_BYTES = 64 * 1024;
/** A block of 2 MiB with its CID. */
export const MAX_SECTION_BYTES = 2 * 1024 * 1024 + 128;
/** More than any CID in use: how much of a large section is read before its block's buffer is known. */
export const MAX_CID_BYTES = 128;
/** Bytes of a larger section that are awaited at once, before they move to the block's buffer: chunks that wait long survive
 * young garbage collections, which makes them expensive. */
export const MAX_GATHERED_BYTES = 256 * 1024;
/** Blocks that are compressed together: enough to share what they have in common, and soon on the wire. */
export const BATCH_BYTES = 1024 * 1024;
/** A batch and the block that completes it, with their numbers and lengths. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** What does not compress grows by a few bytes in each 128 KiB. */
export const MAX_COMPRESSED_BYTES = MAX_BATCH_BYTES + 64 * 1024;
/** Parts of files of several blocks: whether compressing them pays depends on the link. */
export const MIN_LARGE_BLOCK_BYTES = 1024 * 1024;
/** Length prefix of a frame: an unsigned varint of up to 256 MiB, far above every limit here. */
export const MAX_PREFIX_BYTES = 4;

/** Streams that one connection may have open here; further ones are reset. */
export const MAX_INBOUND_STREAMS = 16;
/** Answers under way to all peers together: each keeps a few blocks in memory. */
export const MAX_CONCURRENT_ANSWERS = 32;
/** Blocks of one answer: more than any release has. */
export const MAX_ANSWER_BLOCKS = 100_000;
/** Longest time for a request to arrive once it has begun. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Longest pause of the client between two requests. */
export const SERVER_IDLE_TIMEOUT_MS = 60_000;
/** Blocks read ahead after small ones, and after large ones. */
export const MAX_READ_AHEAD_SMALL = 16;
export const MAX_READ_AHEAD_LARGE = 2;
export const MAX_SMALL_BLOCK_BYTES = 64 * 1024;
/** Small blocks are sent together up to this size: each send costs a frame and its encryption. */
export const MAX_COALESCED_BYTES = 64 * 1024;
/** The server closes a stream whose reader takes less than `MIN_READER_BYTES` in this time. */
export const SLOW_READER_TIMEOUT_MS = 20_000;
export const MIN_READER_BYTES = 64 * 1024;

/** The client opens a new stream after such a pause, before the server would close the old one. */
export const CLIENT_IDLE_TIMEOUT_MS = 30_000;
/** A peer that sends less than `MIN_SENDER_BYTES` while the client waits this long has stalled, or is slow on purpose. */
export const STALL_TIMEOUT_MS = 2_500;
export const MIN_SENDER_BYTES = 4 * 1024;
export const STALL_TICK_INTERVAL_MS = 250;

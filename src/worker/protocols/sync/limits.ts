import { LIMITS } from '../../../shared/limits.ts';

/** A frame holds one record and a few numbers. */
export const MAX_FRAME_BYTES = LIMITS.maxRecordBytes + 1024;
export const MAX_EPOCH_LENGTH = 64;
/** Longest silence of the other side within one session. */
export const FRAME_TIMEOUT_MS = 10_000;
/** Sessions that one connection may have open here. */
export const MAX_INBOUND_STREAMS = 4;
/** Log entries that the server reads from the database at once, so that a read does not block the event loop. */
export const LOG_PAGE_SIZE = 50;
/** Bytes of records that one request asks for: they must fit into the stream's buffer while the reader verifies earlier ones. */
export const MAX_PORTION_BYTES = 1024 * 1024;
/** Portions of one session. The cursor is saved, so that the next session continues from there. */
export const MAX_PORTIONS = 4_096;
/** Records that the client ingests at once: one transaction, and one saved cursor. */
export const MAX_BATCH_RECORDS = 64;
/** Longest that a batch is collected: records become visible early, and an interrupted session loses little. */
export const MAX_BATCH_MS = 50;
/** Sessions of the client at the same time: after an absence, many peers have the same records to offer. */
export const MAX_PARALLEL_PULLS = 4;
export const SYNC_INTERVAL_MS = 2 * 60 * 1000;
export const ROUND_TIMEOUT_MS = 10 * 60 * 1000;
/** Half of the pause before an interrupted session is retried; it doubles with each failure in a row. */
export const RETRY_BACKOFF_MS = 250;

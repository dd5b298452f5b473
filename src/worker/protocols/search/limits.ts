import { LIMITS } from '../../../shared/limits.ts';

/** A frame holds one record and a few flags. */
export const MAX_FRAME_BYTES = LIMITS.maxRecordBytes + 1024;
/** Searches that one connection may have open here. */
export const MAX_INBOUND_STREAMS = 16;
/** Records of an answer when the query does not say how many. */
export const DEFAULT_SEARCH_LIMIT = 20;
export const MAX_PUBLISHER_LENGTH = 64;
/** Records of one answer that have nothing to do with the query: one may have changed while the answer was under way. */
export const MAX_UNRELATED_RECORDS = 1;
/** Longest silence of a peer within one answer: its average response time times `factor`, within these bounds. */
export const ANSWER_IDLE_TIMEOUT_MS = { factor: 10, minMs: 5_000, maxMs: 10_000 } as const;

import type { Location } from '../../../shared/model.ts';
import { parseLocation } from '../../node/location.ts';
import { asBytes, asCount, asMap, asText } from '../wire/frames.ts';
import { MAX_EPOCH_LENGTH, MAX_PORTION_BYTES } from './limits.ts';

/** Where the client stands in the server's log. */
export interface SyncCursor {
  /** Names the server's database; positions of another database mean nothing. */
  readonly epoch: string;
  readonly position: number;
}

export interface SyncRequest {
  /** Position after which the answer begins. */
  readonly after: number;
  /** Bytes of records after which the answer ends. */
  readonly limitBytes: number;
  readonly location: Location | undefined;
}

/** What an answer begins with. */
export interface SyncHead {
  readonly epoch: string;
  readonly location: Location | undefined;
  /** The server's clock when it wrote the head, in milliseconds since the Unix epoch; undefined when it does not say. */
  readonly time: number | undefined;
}

/** One record of the server's log. */
export interface LogEntry {
  readonly position: number;
  readonly envelope: Uint8Array;
  /** The server serves the content of the package. */
  readonly isSeeding: boolean;
}

/** The end of an answer. */
export interface LogEnd {
  readonly hasMore: boolean;
}

export function encodeRequest(cursor: SyncCursor | undefined, location: Location | undefined): Record<string, unknown> {
  return {
    v: 1,
    epoch: cursor?.epoch ?? '',
    after: cursor?.position ?? 0,
    limit: MAX_PORTION_BYTES,
    ...locationField(location),
  };
}

/**
 * @param epoch the server's own: a cursor of another database is ignored, and the answer begins at the start of the log
 * @throws Error when the frame is not a request
 */
export function decodeRequest(frame: unknown, epoch: string): SyncRequest {
  const request = asMap(frame);
  const isSameEpoch = asText(request['epoch'], MAX_EPOCH_LENGTH) === epoch;
  return {
    after: isSameEpoch ? asCount(request['after']) : 0,
    limitBytes: request['limit'] === undefined ? Infinity : asCount(request['limit']),
    location: parseLocation(request['location']),
  };
}

export function encodeHead({ epoch, location, time }: SyncHead): Record<string, unknown> {
  return { epoch, ...locationField(location), ...(time === undefined ? {} : { time }) };
}

/** @throws Error when the frame is not the head of an answer */
export function decodeHead(frame: unknown): SyncHead {
  const head = asMap(frame);
  const { time } = head;
  return {
    epoch: asText(head['epoch'], MAX_EPOCH_LENGTH),
    location: parseLocation(head['location']),
    // A time that is none is no reason to refuse the peer's records.
    time: Number.isSafeInteger(time) && Number(time) >= 0 ? Number(time) : undefined,
  };
}

export function encodeEntry({ position, envelope, isSeeding }: LogEntry): Record<string, unknown> {
  return { p: position, record: envelope, serves: isSeeding };
}

export function encodeEnd({ hasMore }: LogEnd): Record<string, unknown> {
  return { end: true, more: hasMore };
}

/** @throws Error when the frame is neither an entry nor the end of an answer */
export function decodeEntryOrEnd(value: unknown): LogEntry | LogEnd {
  const frame = asMap(value);
  if (frame['end'] === true) return { hasMore: frame['more'] === true };
  return { position: asCount(frame['p']), envelope: asBytes(frame['record']), isSeeding: frame['serves'] === true };
}

/** Absent unless the user set a location. */
function locationField(location: Location | undefined): { readonly location?: Location } {
  return location === undefined ? {} : { location };
}

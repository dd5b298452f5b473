/**
 * Limits that every peer enforces before it works on a record, a release or a query. Lengths are in UTF-16 code units.
 */
export const LIMITS = {
  /** Maximum record size: a signed package record, envelope included, in bytes. */
  maxRecordBytes: 64 * 1024,
  releasesPerRecord: 1_000,
  nameLength: 128,
  versionLength: 128,
  titleLength: 200,
  descriptionLength: 4_000,
  categories: 5,
  tags: 10,
  categoryLength: 64,
  tagLength: 64,
  distTags: 20,
  distTagLength: 64,
  authors: 20,
  textLength: 512,
  dependencies: 256,
  filesPerRelease: 10_000,
  bytesPerRelease: 512 * 1024 * 1024,
  pathLength: 1_024,
  pathDepth: 64,
  /** How far in the future a record's time may be, in milliseconds: the clocks of two peers differ. */
  maxClockSkewMs: 10 * 60 * 1000,
  searchTextLength: 256,
  searchLimit: 100,
  /** Publishers, and licenses, that one search may filter by. */
  searchPublishers: 10,
  searchLicenses: 10,
} as const;

/**
 * Bytes of a file that one `readFile` returns at most, so that one answer does not block the RPC channel for others.
 */
export const MAX_READ_BYTES = 4 * 1024 * 1024;

/** A package name: lower-case letters and digits, with `-`, `_` and `.` between them, and no two dots in a row. */
export const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9_-]|\.(?!\.))*(?<=[a-z0-9])$/;

/** Accepts that a record is signed although the clock is ahead of peers, which would reject it. */
export const CLOCK_FINGERPRINT = 'clock';

/** Accepts that a private project is published; stands beside the fingerprints of secrets. */
export const PRIVATE_FINGERPRINT = 'private';

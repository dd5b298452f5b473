/**
 * The data that crosses between the engine and its callers.
 *
 * All of it is plain: strings, numbers, booleans, `Uint8Array`, arrays and objects of those. Where nothing else is
 * said, times are milliseconds since the Unix epoch, durations are milliseconds, sizes are bytes, and content
 * identifiers (CIDs) are their text form. A package id is `publisher/name`.
 */
export type * from './model/package.ts';
export type * from './model/search.ts';
export type * from './model/read.ts';
export type * from './model/draft.ts';
export type * from './model/install.ts';
export type * from './model/peer.ts';
export type * from './model/publisher.ts';
export type * from './model/node.ts';
export type * from './model/metrics.ts';
export type * from './model/storage.ts';

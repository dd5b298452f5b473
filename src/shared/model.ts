/**
 * The data that crosses the boundary between the engine and its callers.
 *
 * Everything here is plain: strings, numbers, booleans, `Uint8Array`, arrays and objects of those. Times are
 * milliseconds since the Unix epoch, sizes are bytes, content identifiers (CIDs) are their text form.
 */
export type * from './model/package.ts';
export type * from './model/search.ts';
export type * from './model/read.ts';
export type * from './model/draft.ts';
export type * from './model/install.ts';
export type * from './model/peer.ts';
export type * from './model/node.ts';
export type * from './model/metrics.ts';
export type * from './model/storage.ts';

import { LIMITS } from '../../shared/defaults.ts';

/** What the tree of a release may be at most, whoever sends it. */

/** Bytes of directories and file nodes on top of the files' own. */
export const MAX_TREE_OVERHEAD_BYTES = 64 * 1024 * 1024;
/** Every file with folders of its own, and the largest release in leaves of 64 KiB. */
export const MAX_TREE_BLOCKS = 4 * LIMITS.filesPerRelease + LIMITS.bytesPerRelease / (64 * 1024);
/** Blocks on the way down: a large directory is a tree of its own (HAMT), whose depth a 64-bit hash bounds. */
export const MAX_TREE_DEPTH = 2 * LIMITS.pathDepth;

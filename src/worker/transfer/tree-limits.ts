import { LIMITS } from '../../shared/limits.ts';

/** Limits of a release's tree, for content from peers and from files. */

/** Bytes of directories and file nodes, in addition to the content of the files. */
export const MAX_TREE_OVERHEAD_BYTES = 64 * 1024 * 1024;
/** Enough for the largest release in leaves of 64 KiB, with each file in folders of its own. */
export const MAX_TREE_BLOCKS = 4 * LIMITS.filesPerRelease + LIMITS.bytesPerRelease / (64 * 1024);
/**
 * Blocks on a path from the root to a leaf. A large directory is a tree itself (HAMT), whose depth its 64-bit hash
 * bounds.
 */
export const MAX_TREE_DEPTH = 2 * LIMITS.pathDepth;

import { exporter, recursive } from 'ipfs-unixfs-exporter';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';

/** A file of a release: where it goes, how large it is, and a way to its bytes. */
export interface TreeFile {
  /** Relative to the release's root, with forward slashes. Hostile until `checkTree` has seen all of them. */
  readonly path: string;
  readonly size: number;
  content(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Blocks of one file that are read ahead. */
const READ_AHEAD = 4;

/**
 * All files below a UnixFS directory, in the order of the tree. Anything that is neither a plain file nor a directory
 * is refused: no links, no devices.
 *
 * @throws GgenError UnsafePath, RecordInvalid
 */
export async function listTree(root: CID, store: Pick<Blockstore, 'get'>, signal: AbortSignal): Promise<TreeFile[]> {
  const top = await exporter(root, store, { signal });
  if (top.type !== 'directory') {
    throw new GgenError('RecordInvalid', 'The content of the release is not a directory. Nothing was installed.');
  }
  const files: TreeFile[] = [];
  for await (const { cid, path, depth } of recursive(root, store, { signal })) {
    signal.throwIfAborted();
    if (depth > LIMITS.pathDepth)
      throw new GgenError('UnsafePath', `A path of the package is nested too deeply: ${path}`);
    const entry = await exporter(cid, store, { signal });
    if (entry.type === 'directory') continue;
    const plain = entry.type === 'raw' || (entry.type === 'file' && isPlainFile(entry.unixfs.type));
    if (!plain) {
      throw new GgenError('UnsafePath', `'${path}' is neither a file nor a directory. Nothing was installed.`, {
        details: { path },
      });
    }
    files.push({
      path: below(path),
      size: Number(entry.size),
      content: (stop) => entry.content({ signal: stop, blockReadConcurrency: READ_AHEAD }),
    });
    if (files.length > LIMITS.filesPerRelease) {
      throw new GgenError('RecordInvalid', `The package has more than ${LIMITS.filesPerRelease} files.`);
    }
  }
  return files;
}

function isPlainFile(type: string): boolean {
  return type === 'file' || type === 'raw';
}

/** `recursive` begins every path with the root's CID. */
function below(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

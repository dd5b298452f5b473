import { importer } from 'ipfs-unixfs-importer';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';

/** A file to import: its path below the root, with forward slashes, and its content. */
export interface ImportFile {
  readonly path: string;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface ImportedTree {
  readonly root: CID;
  /** CID of each file by its path. */
  readonly files: ReadonlyMap<string, CID>;
}

/**
 * Imports files as one UnixFS directory with the profile `unixfs-v1-2025` (IPIP-499), so that equal trees get equal
 * CIDs on all systems and implementations. Modes and times are omitted, because they differ between systems.
 *
 * @param onFile called after each file with its size in bytes
 */
export async function importTree(
  files: readonly ImportFile[],
  store: Blockstore,
  { signal, onFile }: { signal: AbortSignal; onFile: (size: number) => void },
): Promise<ImportedTree> {
  const source = async function* (): AsyncGenerator<{ path: string; content: AsyncIterable<Uint8Array> }> {
    for (const file of files) {
      signal.throwIfAborted();
      yield { path: file.path, content: abortableContent(file, signal, onFile) };
    }
    await Promise.resolve();
  };
  const byPath = new Map<string, CID>();
  let root: CID | undefined;
  for await (const { path = '', cid } of importer(source(), store, {
    profile: 'unixfs-v1-2025',
    wrapWithDirectory: true,
    // Bounds open descriptors and memory: each file in progress has blocks of up to 1 MiB.
    fileImportConcurrency: 8,
    blockWriteConcurrency: 2,
  })) {
    byPath.set(path, cid);
    root = cid;
  }
  // All files in progress may have completed after the cancel.
  signal.throwIfAborted();
  if (root === undefined || files.length === 0) {
    throw new GgenError('ManifestInvalid', 'Nothing to publish: all files in the project are ignored.');
  }
  return { root, files: byPath };
}

async function* abortableContent(
  file: ImportFile,
  signal: AbortSignal,
  onFile: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of file.open()) {
    signal.throwIfAborted();
    yield chunk;
  }
  onFile(file.size);
}

import { importFile, importer } from 'ipfs-unixfs-importer';
import type { ImportCandidate, ImporterOptions } from 'ipfs-unixfs-importer';
import type { Blockstore } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';
import { EXECUTABLE_MODE } from './nodes.ts';

/** A file to import: its path below the root, with forward slashes, and its content. */
export interface ImportFile {
  readonly path: string;
  readonly size: number;
  /** Whether an execute bit is set on it. */
  readonly executable?: boolean;
  open(): AsyncIterable<Uint8Array>;
}

export interface ImportedTree {
  readonly root: CID;
  /** CID of each file by its path. */
  readonly files: ReadonlyMap<string, CID>;
}

const FILE_OPTIONS = { profile: 'unixfs-v1-2025', blockWriteConcurrency: 2 } as const;

/**
 * Imports files as one UnixFS directory with the profile `unixfs-v1-2025` (IPIP-499), so that equal trees get equal
 * CIDs on all systems and implementations. Times are omitted, because they differ between systems, and so are modes but
 * one: an executable file is a UnixFS node of mode 0755 whose leaves are those of the equal plain file.
 *
 * @param files at least one
 * @param onFile called after each file with its size in bytes
 */
export async function importTree(
  files: readonly ImportFile[],
  store: Blockstore,
  { signal, onFile }: { signal: AbortSignal; onFile: (size: number) => void },
): Promise<ImportedTree> {
  const source = async function* (): AsyncGenerator<ImportCandidate> {
    for (const file of files) {
      signal.throwIfAborted();
      const content = abortableContent(file, signal, onFile);
      yield { path: file.path, content, ...(file.executable === true ? { mode: EXECUTABLE_MODE } : {}) };
    }
    await Promise.resolve();
  };
  const byPath = new Map<string, CID>();
  let root: CID | undefined;
  for await (const { path = '', cid } of importer(source(), store, {
    ...FILE_OPTIONS,
    wrapWithDirectory: true,
    // Bounds open descriptors and memory: each file in progress has blocks of up to 1 MiB.
    fileImportConcurrency: 8,
    fileBuilder,
  })) {
    byPath.set(path, cid);
    root = cid;
  }
  // All files in progress may have completed after the cancel.
  signal.throwIfAborted();
  if (root === undefined || files.length === 0) throw new Error('There are no files to import');
  return { root, files: byPath };
}

/**
 * Imports one file. By default the importer copies the bytes of a small file with a mode into its node; here the node
 * links the leaf, so that the bytes are stored and fetched once, whatever the mode.
 */
const fileBuilder: NonNullable<ImporterOptions['fileBuilder']> = async (file, store) => {
  const { path, mode, content, originalPath } = file;
  const imported = await importFile({ content, ...(mode === undefined ? {} : { mode }) }, store, {
    ...FILE_OPTIONS,
    // The content is in chunks already.
    chunker: (chunks) => chunks,
    reduceSingleLeafToSelf: mode === undefined,
  });
  return {
    ...imported,
    ...(path === undefined ? {} : { path }),
    ...(originalPath === undefined ? {} : { originalPath }),
  };
};

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

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CID } from 'multiformats/cid';
import type { DraftProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import { draftsFolder } from '../blocks/block-storage.ts';
import { importTree } from '../dag/unixfs-import.ts';
import { readProjectFile } from './project/read-project-file.ts';
import type { ProjectScan } from './project/project.ts';
import { BlockStore } from '../blocks/block-store.ts';
import { throttled } from '../transfer/throttle.ts';

/** A project's files as blocks, in a private store that other peers cannot read. */
export interface PackedContent {
  /** CID of the root directory. */
  readonly root: string;
  readonly size: number;
  readonly files: number;
  readonly readme?: string;
  readonly changelog?: string;
  /** Reads and verifies one block. @throws GgenError ContentUnavailable when the block is damaged or missing */
  get(cid: CID): Promise<Uint8Array>;
  /** Moves all blocks to the block store. */
  copyTo(target: BlockStore): Promise<void>;
  /** Removes the draft's blocks. */
  discard(): Promise<void>;
}

/**
 * Inspects the bytes of a file on their way into the draft and yields them unchanged.
 *
 * @param realName of the file, which a link may give another one
 */
export type ByteTransform = (
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  realName: string,
) => AsyncIterable<Uint8Array>;

/**
 * Imports a scanned project into a draft. A failure removes all of its blocks.
 *
 * @param transform inspects the files while they are packed
 * @throws GgenError DiskFull, ProjectChanged, ManifestInvalid (nothing to publish)
 */
export async function packProject(
  dataDir: string,
  scan: ProjectScan,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
  transform: ByteTransform = (_path, bytes) => bytes,
): Promise<PackedContent> {
  if (scan.files.length === 0) {
    throw new GgenError('ManifestInvalid', 'Nothing to publish: all files in the project are ignored.');
  }
  const folder = join(draftsFolder(dataDir), randomUUID());
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const store = await BlockStore.open(folder, { transient: true }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const discard = async (): Promise<void> => {
    await store.close();
    await remove();
  };
  try {
    const { root, files } = await importTree(
      scan.files.map((file) => ({
        path: file.path,
        size: file.size,
        executable: file.executable,
        open: () => transform(file.path, readProjectFile(file, signal), basename(file.absolutePath)),
      })),
      store,
      { signal, onFile: importProgress(scan, onProgress) },
    );
    const cidOf = (path: string | undefined): string | undefined =>
      path === undefined ? undefined : files.get(path)?.toString();
    const readme = cidOf(scan.readme);
    const changelog = cidOf(scan.changelog);
    return {
      root: root.toString(),
      size: scan.size,
      files: scan.files.length,
      ...(readme === undefined ? {} : { readme }),
      ...(changelog === undefined ? {} : { changelog }),
      get: (cid) => readBlock(store, cid),
      copyTo: (target) => target.copyAllFrom(store),
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function readBlock(store: BlockStore, cid: CID): Promise<Uint8Array> {
  const bytes = await store.read(cid);
  if (bytes !== undefined) return bytes;
  throw new GgenError('ContentUnavailable', 'A block of this draft is damaged or missing. Prepare the release again.');
}

function importProgress(scan: ProjectScan, onProgress: (progress: DraftProgress) => void): (size: number) => void {
  let files = 0;
  let bytes = 0;
  const report = throttled(onProgress);
  return (size) => {
    files++;
    bytes += size;
    report(() => ({ phase: 'import', files, bytes, totalFiles: scan.files.length, totalBytes: scan.size }));
  };
}

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CID } from 'multiformats/cid';
import type { DraftProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import { draftsFolder } from '../blocks/block-storage.ts';
import { importTree } from './unixfs-import.ts';
import { readProjectFile } from './project/read-project-file.ts';
import type { ProjectScan } from './project/project.ts';
import { BlockStore } from '../blocks/block-store.ts';
import { throttled } from '../transfer/throttle.ts';

/** A project's files as blocks, in a store of their own that nobody else sees. */
export interface PackedContent {
  /** CID of the directory. */
  readonly root: string;
  readonly size: number;
  readonly files: number;
  readonly readme?: string;
  readonly changelog?: string;
  /** One block of it, hashed. @throws GgenError ContentUnavailable when it is damaged or gone */
  get(cid: CID): Promise<Uint8Array>;
  /** Take over all blocks to where they are served from. */
  copyTo(target: BlockStore): Promise<void>;
  /** Remove the blocks of the draft. */
  discard(): Promise<void>;
}

/** Sees the bytes of a file on their way into the draft, and hands them on as they are. */
export type ByteTransform = (path: string, bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * Import a scanned project into a draft. When it fails, nothing of it stays.
 *
 * @param transform what looks at the files while they are packed
 * @throws GgenError DiskFull, ProjectChanged, ManifestInvalid (nothing to publish)
 */
export async function packProject(
  dataDir: string,
  scan: ProjectScan,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
  transform: ByteTransform = (_path, bytes) => bytes,
): Promise<PackedContent> {
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
        open: () => transform(file.path, readProjectFile(file, signal)),
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

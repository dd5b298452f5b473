import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FsBlockstore } from 'blockstore-fs';
import type { DraftProgress } from '../../shared/api.ts';
import { draftsFolder } from './blocks.ts';
import type { BlockFiles } from './blocks.ts';
import { importTree } from './import.ts';
import { openFile } from './project/open-file.ts';
import type { ProjectScan } from './project/project.ts';
import { throttled } from './throttle.ts';

/** A project's files as blocks, in a store of their own that nobody else sees. */
export interface PackedContent {
  /** CID of the directory. */
  readonly root: string;
  readonly size: number;
  readonly files: number;
  readonly readme?: string;
  readonly changelog?: string;
  /** Copy all blocks to where they are served from. */
  keep(into: BlockFiles): Promise<void>;
  /** Remove the blocks of the draft. */
  discard(): Promise<void>;
}

/**
 * Import a scanned project into a draft. When it fails, nothing of it stays.
 *
 * @throws GgenError ProjectChanged, ManifestInvalid (nothing to publish)
 */
export async function packProject(
  dataDir: string,
  scan: ProjectScan,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
): Promise<PackedContent> {
  const folder = join(draftsFolder(dataDir), randomUUID());
  const store = new FsBlockstore(folder);
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await store.open();
    const { root, files } = await importTree(
      scan.files.map((file) => ({ path: file.path, size: file.size, open: () => openFile(file, signal) })),
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
      keep: async (into) => {
        for await (const { cid, bytes } of store.getAll()) await into.put(cid, bytes);
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
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

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { Calls, InstallProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ArchiveReceipt } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { walkTree } from '../blocks/walk-tree.ts';
import { CarWriter } from './car-writer.ts';
import { decodeUnixFsNode } from '../install/disk/tree-files.ts';
import type { GetBlock } from '../install/disk/tree-files.ts';
import { absolutePath, checkWritable, toTargetError } from '../install/disk/target.ts';
import { STAGING_PREFIX } from '../install/disk/staging-prefix.ts';
import { throttled } from '../transfer/throttle.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import type { RegistryContext } from '../registry/context.ts';
import { fetchContent } from '../transfer/fetch-content.ts';
import { localBlockReader } from '../install/plan/installed-content.ts';
import type { Lookup } from '../registry/lookup.ts';

/**
 * Write a release with its record to one file, which another machine can import without a network. It is written beside and
 * renamed, so that a file of that name is whole or the old one.
 *
 * @throws GgenError TargetNotWritable, and as `Lookup.getVersion` and `fetchContent` say
 */
export async function exportPackage(
  context: RegistryContext,
  lookup: Lookup,
  { id, version = '', to }: Calls['exportPackage']['request'],
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<ArchiveReceipt> {
  const path = absolutePath(to, 'The file to export to');
  await checkWritable(path);
  const found = await lookup.getVersion(id, version, signal);
  const { publisher, name, release } = found;
  const stored = context.catalog.packages.get(publisher, name);
  if (stored === undefined) throw new GgenError('PackageNotFound', `The record of '${id}' is no longer available.`);
  using _lease = context.retention.lease(release.root);
  await fetchContent(context, found, signal, onProgress);
  const staging = join(dirname(path), `${STAGING_PREFIX}${randomBytes(8).toString('hex')}`);
  context.catalog.stagingFolders.add(staging);
  try {
    const file = await open(staging, 'wx');
    const writer = new CarWriter(file);
    try {
      const root = parseRootCid(release.root);
      await writer.header(root);
      await writer.block(await recordCid(stored.envelope), stored.envelope);
      await writeDag(root, writer, localBlockReader(context), signal, writeProgress(release.size, onProgress));
      await writer.flush();
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, path);
    const { bytes, blocks } = writer;
    return { id: found.id, version: release.version, root: release.root, path, bytes, blocks };
  } catch (error) {
    await rm(staging, { force: true });
    throw toTargetError(path, error);
  } finally {
    context.catalog.stagingFolders.remove(staging);
  }
}

/** The identifier under which the signed record stands in the file. */
export async function recordCid(envelope: Uint8Array): Promise<CID> {
  return CID.createV1(RAW, await sha256.digest(envelope));
}

/** Writes every block once, after a block that links to it, so that an importing peer can verify each block as it reads it. */
async function writeDag(
  root: CID,
  writer: CarWriter,
  get: GetBlock,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const walk = walkTree([root], {
    keyOf: (cid) => cid.toString(),
    canExpand: (cid) => cid.code === DAG_PB,
    read: get,
    expand: (cid, bytes) => decodeUnixFsNode(cid, bytes).links.map(({ Hash }) => Hash),
    signal,
  });
  for await (const { step: cid, value: bytes } of walk) {
    await writer.block(cid, bytes);
    onBytes(bytes.length);
  }
}

function writeProgress(totalBytes: number, onProgress: (progress: InstallProgress) => void): (bytes: number) => void {
  let bytes = 0;
  const report = throttled(onProgress);
  return (more) => {
    bytes = Math.min(bytes + more, totalBytes);
    report(() => ({ phase: 'write', files: 0, bytes, totalBytes }));
  };
}

import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blockstore } from 'interface-blockstore';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { Calls, InstallProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ArchiveReceipt, ReleaseDetails } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { walkTree } from '../blocks/walk-tree.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { CarWriter } from './car-writer.ts';
import { decodeUnixFsNode } from '../install/disk/tree-files.ts';
import type { GetBlock } from '../install/disk/tree-files.ts';
import { absolutePath, checkWritable, toTargetError } from '../install/disk/target.ts';
import { STAGING_PREFIX } from '../install/disk/staging-prefix.ts';
import { throttled } from '../transfer/throttle.ts';
import { DAG_PB, RAW } from '../dag/codecs.ts';
import { contentOf, fetchContent } from '../transfer/fetch-content.ts';
import type { FetchContentDeps } from '../transfer/fetch-content.ts';
import { localBlockReader } from '../install/plan/installed-content.ts';
import type { Lookup } from '../registry/lookup.ts';
import type { Retention } from '../retention/retention.ts';

/** Dependencies of `exportPackage`. */
export interface ExportDeps extends FetchContentDeps {
  readonly catalog: FetchContentDeps['catalog'] & {
    readonly packages: Pick<Catalog['packages'], 'get'>;
    readonly stagingFolders: Pick<Catalog['stagingFolders'], 'add' | 'remove'>;
  };
  readonly retention: Pick<Retention, 'lease' | 'reserve'>;
}

interface WriteOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

/**
 * Exports a release and its record to one file, which another machine can import without a network. The file is written
 * under a temporary name and renamed, so that the target is complete or unchanged.
 *
 * @throws GgenError TargetNotWritable, and as `Lookup.getVersion` and `fetchContent`
 */
export async function exportPackage(
  deps: ExportDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, version = '', to }: Calls['exportPackage']['request'],
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<ArchiveReceipt> {
  const path = absolutePath(to, 'The file to export to');
  await checkWritable(path);
  const found = await lookup.getVersion(id, version, signal);
  const { publisher, name, release } = found;
  const stored = deps.catalog.packages.get(publisher, name);
  if (stored === undefined) throw new GgenError('PackageNotFound', `The record of '${id}' is no longer available.`);
  using _lease = deps.retention.lease(release.root);
  await fetchContent(deps, contentOf(found), signal, onProgress);
  const staging = join(dirname(path), `${STAGING_PREFIX}${randomBytes(8).toString('hex')}`);
  deps.catalog.stagingFolders.add(staging);
  try {
    const { bytes, blocks } = await writeArchive(deps, staging, found, stored.envelope, { signal, onProgress });
    await rename(staging, path);
    return { id: found.id, version: release.version, root: release.root, path, bytes, blocks };
  } catch (error) {
    await rm(staging, { force: true });
    throw toTargetError(path, error);
  } finally {
    deps.catalog.stagingFolders.remove(staging);
  }
}

async function writeArchive(
  deps: { readonly blocks: Pick<Blockstore, 'get'> },
  path: string,
  { release }: ReleaseDetails,
  envelope: Uint8Array,
  { signal, onProgress }: WriteOptions,
): Promise<{ readonly bytes: number; readonly blocks: number }> {
  const file = await open(path, 'wx');
  try {
    const writer = new CarWriter(file);
    const root = parseRootCid(release.root);
    await writer.header(root);
    await writer.block(await recordCid(envelope), envelope);
    await writeDag(root, writer, localBlockReader(deps), signal, writeProgress(release.size, onProgress));
    await writer.flush();
    await file.sync();
    return writer;
  } finally {
    await file.close();
  }
}

/** The CID of the signed record in the file. */
export async function recordCid(envelope: Uint8Array): Promise<CID> {
  return CID.createV1(RAW, await sha256.digest(envelope));
}

/**
 * Writes every block once, after a block that links to it, so that an importing peer can verify each block as it reads
 * it.
 */
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
  return (blockBytes) => {
    bytes = Math.min(bytes + blockBytes, totalBytes);
    report(() => ({ phase: 'write', files: 0, bytes, totalBytes }));
  };
}

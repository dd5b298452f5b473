import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Blockstore } from 'interface-blockstore';
import type { InstallProgress } from '../../shared/api/index.ts';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { ArchiveReceipt, Release } from '../../shared/model.ts';
import { matchesCid } from '../blocks/block-storage.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { CarReader, archiveInvalidError } from './car-reader.ts';
import { readCarTree } from './read-car-tree.ts';
import { absolutePath } from '../install/disk/target.ts';
import { RAW } from '../dag/codecs.ts';
import { openRecord } from '../records/record.ts';
import type { OpenedRecord } from '../records/record.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { announceSeedingChange } from '../retention/announce-seeding-change.ts';
import type { AnnounceSeedingChangeDeps } from '../retention/announce-seeding-change.ts';
import type { Retention } from '../retention/retention.ts';
import type { SeededContent } from '../retention/seeded-content.ts';
import { fetchProgress } from '../transfer/fetch-content.ts';

/** Dependencies of `importPackage`. */
export interface ImportDeps extends AnnounceSeedingChangeDeps {
  readonly catalog: AnnounceSeedingChangeDeps['catalog'] & { readonly kept: Pick<Catalog['kept'], 'add'> };
  readonly blocks: Pick<Blockstore, 'put'>;
  readonly ingest: Pick<Ingest, 'store'>;
  readonly retention: Pick<Retention, 'reserve'>;
  readonly seededContent: Pick<SeededContent, 'resume'>;
}

/**
 * Imports a release from a file that `exportPackage` wrote. The file is not trusted: the signature of the record is
 * verified first, then the hash of every block, within the limits that the record states. The record is stored only
 * when all blocks are. The release is then kept offline.
 *
 * @throws GgenError ArchiveInvalid, InvalidRequest, DiskFull, QuotaExceeded
 */
export async function importPackage(
  deps: ImportDeps,
  from: string,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<ArchiveReceipt> {
  const path = absolutePath(from, 'The file to import');
  const file = await openFile(path);
  try {
    const { size: bytes } = await file.stat();
    const reader = new CarReader(file);
    const root = await reader.header();
    const { opened, release } = await readRecord(reader, root.toString());
    using _lease = await deps.retention.reserve(release.root, release.size, signal);
    const blocks = await readCarTree(root, reader, {
      store: deps.blocks,
      size: release.size,
      signal,
      onBlock: fetchProgress(release, onProgress),
    });
    const result = deps.ingest.store(opened, false);
    if (result.outcome === 'conflict')
      throw archiveInvalidError(`its record conflicts with the known record: ${result.reason}`);
    await keepImported(deps, opened, release);
    const { publisher, name } = opened.record;
    deps.loggers('install').info(`Imported ${publisher}/${name}@${release.version} from ${path}`);
    return {
      id: `${publisher}/${name}`,
      version: release.version,
      root: release.root,
      path,
      bytes,
      blocks: blocks + 1,
    };
  } finally {
    await file.close();
  }
}

/** Keeps and seeds an imported release until the user ends it. */
async function keepImported(deps: ImportDeps, { record }: OpenedRecord, release: Release): Promise<void> {
  const { publisher, name } = record;
  const { version, root, files, size } = release;
  const id = `${publisher}/${name}`;
  deps.catalog.kept.add({ id, publisher, name, version, root, files, size, keptAt: Date.now() });
  await deps.seededContent.resume(publisher, name);
  announceSeedingChange(deps, publisher, name);
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new GgenError('ArchiveInvalid', `Cannot read ${path}: ${errorMessage(cause)}.`, {
      details: { path },
      cause,
    });
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw archiveInvalidError('it is not a regular file');
}

/** Reads the signed record, which is the first block, and finds the release of the root in it. */
async function readRecord(reader: CarReader, root: string): Promise<{ opened: OpenedRecord; release: Release }> {
  const block = await reader.next();
  if (block?.cid.code !== RAW || block.bytes.length > LIMITS.maxRecordBytes) {
    throw archiveInvalidError('it does not start with a package record');
  }
  if (!(await matchesCid(block.cid, block.bytes))) throw archiveInvalidError('its record does not match its hash');
  let opened: OpenedRecord;
  try {
    opened = openRecord(block.bytes);
  } catch (cause) {
    throw archiveInvalidError(`its record is not valid (${errorMessage(cause)})`, cause);
  }
  const release = opened.record.releases.find((one) => one.root === root);
  if (release === undefined) throw archiveInvalidError('its content does not match any release in its record');
  return { opened, release };
}

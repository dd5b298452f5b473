import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Diagnostic, FileChange, ReleaseChanges } from '../../shared/model.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { PackedContent } from './pack.ts';
import { TreeReader } from '../reading/tree-reader.ts';
import { compareTrees } from '../reading/compare-trees.ts';
import { openBlockSource } from '../transfer/transfer.ts';
import type { BlockSourceOptions } from '../transfer/transfer.ts';
import type { PackageRecord } from '../records/record.ts';
import { releaseBefore } from '../records/releases.ts';
import type { Logger } from '../logging/logger.ts';
import { rankedProviders } from '../transfer/fetch-content.ts';
import type { RankedProvidersDeps } from '../transfer/fetch-content.ts';

/** Bounds the time for fetching the directories of the previous release. */
const COMPARE_TIMEOUT_MS = 3_000;

/** What the comparison uses of the running node. */
export interface CompareNetwork {
  readonly blocks: NonNullable<BlockSourceOptions['network']>;
}

/** Dependencies of `compareWithPreviousRelease`. */
export interface CompareDeps extends RankedProvidersDeps {
  readonly blocks: BlockSourceOptions['store'];
  readonly retention: { lease(root: string): Disposable };
  /** Undefined while no node runs. */
  readonly network: () => CompareNetwork | undefined;
  readonly loggers: (scope: string) => Logger;
}

export interface DraftComparison {
  readonly changes?: ReleaseChanges;
  /** Says why the releases could not be compared; empty otherwise. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compares the packed content with the release that its version follows, whose directories are read locally or fetched from providers.
 */
export async function compareWithPreviousRelease(
  deps: CompareDeps,
  { manifest, content }: { manifest: Manifest; content: PackedContent },
  previous: PackageRecord | undefined,
  signal: AbortSignal,
): Promise<DraftComparison> {
  const last = releaseBefore(previous?.releases ?? [], manifest.version);
  if (previous === undefined || last === undefined) return { diagnostics: [] };
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(COMPARE_TIMEOUT_MS)]);
  try {
    const files = await changedFiles(deps, previous, last.root, content, timeoutSignal);
    return { changes: groupByKind(last.version, files), diagnostics: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { diagnostics: [changesUnknown(manifest, last.version, error)] };
  }
}

async function changedFiles(
  deps: CompareDeps,
  record: PackageRecord,
  root: string,
  content: PackedContent,
  signal: AbortSignal,
): Promise<readonly FileChange[]> {
  using _lease = deps.retention.lease(root);
  const cid = parseRootCid(root);
  const source = openBlockSource(cid, {
    store: deps.blocks,
    network: deps.network()?.blocks,
    providers: rankedProviders(deps, record),
    // Fetching a few directories says nothing about how a peer serves content.
    onSuccess: () => undefined,
    onFailure: () => undefined,
    log: deps.loggers('publish'),
  });
  try {
    return await compareTrees(
      { reader: new TreeReader(source, signal), cid },
      { reader: new TreeReader(content, signal), cid: parseRootCid(content.root) },
    );
  } finally {
    source.close();
  }
}

function groupByKind(since: string, files: readonly FileChange[]): ReleaseChanges {
  const ofKind = (...kinds: readonly FileChange['kind'][]): readonly FileChange[] =>
    files.filter(({ kind }) => kinds.includes(kind));
  return {
    since,
    added: ofKind('added').map(({ path, after = 0, ...mode }) => ({ path, size: after, ...executableOf(mode) })),
    changed: ofKind('changed', 'mode').map(({ path, before = 0, after = 0, ...mode }) => ({
      path,
      size: after,
      before,
      ...executableOf(mode),
    })),
    removed: ofKind('removed').map(({ path, before = 0 }) => ({ path, size: before })),
  };
}

function executableOf({ executable }: Pick<FileChange, 'executable'>): { readonly executable?: boolean } {
  return executable === undefined ? {} : { executable };
}

function changesUnknown({ path }: Manifest, version: string, error: unknown): Diagnostic {
  const reason =
    error instanceof GgenError
      ? errorMessage(error)
      : 'Its content is not available on this machine or from a reachable peer.';
  const message = `Changes since ${version} are unknown. ${reason}`;
  return { severity: 'information', code: 'changes-unknown', message, path, line: 1, column: 1 };
}

import type { Blockstore } from 'interface-blockstore';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Diagnostic, ReleaseChanges } from '../../shared/model.ts';
import { parseRoot } from '../content/blocks.ts';
import { difference, treeEntries } from '../content/difference.ts';
import type { TreeEntry } from '../content/difference.ts';
import type { Manifest } from '../content/manifest/manifest.ts';
import type { PackedContent } from '../content/pack.ts';
import type { ProjectScan } from '../content/project/project.ts';
import { openBlockSource } from '../content/transfer.ts';
import type { PackageRecord } from '../records/record.ts';
import type { RegistryContext } from './context.ts';
import { providersOf } from './fetch.ts';

/** How long the directories of the last release may take to come, where they are not here. */
const PATIENCE_MS = 3_000;

export interface Comparison {
  readonly changes?: ReleaseChanges;
  /** That nothing could be compared, and why. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compare what was packed with the last release, whose directories are read from here or from who serves it. */
export async function compareWithLast(
  context: RegistryContext,
  { manifest, scan, content }: { manifest: Manifest; scan: ProjectScan; content: PackedContent },
  previous: PackageRecord | undefined,
  signal: AbortSignal,
): Promise<Comparison> {
  const last = previous?.releases.at(-1);
  if (previous === undefined || last === undefined) return { diagnostics: [] };
  const bound = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const before = await lastEntries(context, previous, last.root, bound);
    return { changes: difference(last.version, before, packedEntries(scan, content)), diagnostics: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { diagnostics: [unknownDifference(manifest, last.version, error)] };
  }
}

async function lastEntries(
  context: RegistryContext,
  record: PackageRecord,
  root: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TreeEntry>> {
  using _held = context.retention.hold(root);
  const cid = parseRoot(root);
  const source = openBlockSource(cid, {
    store: context.blocks,
    network: context.network()?.blocks,
    providers: providersOf(context, record),
    // A few directories say nothing of how a peer serves content.
    onSuccess: () => undefined,
    onFailure: () => undefined,
    log: context.loggers('publish'),
  });
  const store: Pick<Blockstore, 'get'> = {
    async *get(wanted) {
      yield await source.get(wanted, signal);
    },
  };
  try {
    return await treeEntries(cid, store, signal);
  } finally {
    source.close();
  }
}

function packedEntries({ files }: ProjectScan, { cids }: PackedContent): ReadonlyMap<string, TreeEntry> {
  return new Map(files.map(({ path, size }) => [path, { cid: cids.get(path) ?? '', size }]));
}

function unknownDifference({ path }: Manifest, version: string, error: unknown): Diagnostic {
  const why =
    error instanceof GgenError ? errorMessage(error) : 'Its content is neither here nor with a peer in reach.';
  const message = `What this changes in ${version} cannot be told. ${why}`;
  return { severity: 'information', code: 'changes-unknown', message, path, line: 1, column: 1 };
}

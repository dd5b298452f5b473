import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Diagnostic, FileChange, ReleaseChanges } from '../../shared/model.ts';
import { parseRoot } from '../blocks/blocks.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { PackedContent } from './pack.ts';
import { BlockReader } from '../reading/block-reader.ts';
import { compareTrees } from '../reading/compare.ts';
import { openBlockSource } from '../transfer/transfer.ts';
import type { PackageRecord } from '../records/record.ts';
import type { RegistryContext } from '../registry/context.ts';
import { providersOf } from '../transfer/fetch.ts';

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
  { manifest, content }: { manifest: Manifest; content: PackedContent },
  previous: PackageRecord | undefined,
  signal: AbortSignal,
): Promise<Comparison> {
  const last = previous?.releases.at(-1);
  if (previous === undefined || last === undefined) return { diagnostics: [] };
  const bound = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const files = await changedFiles(context, previous, last.root, content, bound);
    return { changes: inLists(last.version, files), diagnostics: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { diagnostics: [unknownDifference(manifest, last.version, error)] };
  }
}

async function changedFiles(
  context: RegistryContext,
  record: PackageRecord,
  root: string,
  content: PackedContent,
  signal: AbortSignal,
): Promise<readonly FileChange[]> {
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
  try {
    return await compareTrees(
      { reader: new BlockReader(source, signal), cid },
      { reader: new BlockReader(content, signal), cid: parseRoot(content.root) },
    );
  } finally {
    source.close();
  }
}

function inLists(since: string, files: readonly FileChange[]): ReleaseChanges {
  const of = (wanted: FileChange['kind']): readonly FileChange[] => files.filter(({ kind }) => kind === wanted);
  return {
    since,
    added: of('added').map(({ path, after = 0 }) => ({ path, size: after })),
    changed: of('changed').map(({ path, before = 0, after = 0 }) => ({ path, size: after, before })),
    removed: of('removed').map(({ path, before = 0 }) => ({ path, size: before })),
  };
}

function unknownDifference({ path }: Manifest, version: string, error: unknown): Diagnostic {
  const why =
    error instanceof GgenError ? errorMessage(error) : 'Its content is neither here nor with a peer in reach.';
  const message = `What this changes in ${version} cannot be told. ${why}`;
  return { severity: 'information', code: 'changes-unknown', message, path, line: 1, column: 1 };
}

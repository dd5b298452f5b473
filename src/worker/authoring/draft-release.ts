import { isAbsolute } from 'node:path';
import type { DraftProgress, DraftRequest } from '../../shared/api/index.ts';
import { GgenError, errorName } from '../../shared/errors.ts';
import type { ClockComparison, Diagnostic, Release, ReleaseChanges, ReleaseDraft } from '../../shared/model.ts';
import { readManifest } from './manifest/read-manifest.ts';
import type { ReadManifestOptions } from './manifest/read-manifest.ts';
import type { Manifest } from './manifest/manifest.ts';
import { packProject } from './pack.ts';
import type { PackedContent, ByteTransform } from './pack.ts';
import { LfsPointers } from './preflight/lfs-pointers.ts';
import { preflight } from './preflight/preflight.ts';
import { clockDiagnostics } from './preflight/clock-check.ts';
import { versionDiagnostics } from './preflight/version-order.ts';
import { SecretBaseline } from './preflight/secrets/secret-baseline.ts';
import { SecretScanner } from './preflight/secrets/secret-scanner.ts';
import { resolveProjectLimits } from './project/project-limits.ts';
import { scanProject } from './project/scan-project.ts';
import type { ProjectScan } from './project/project.ts';
import { refuseWorkspaceRoot } from './workspaces/workspace-root.ts';
import { nextRecord, versionExists } from '../records/next-record.ts';
import type { AddRelease } from '../records/next-record.ts';
import { normalizeMetadata } from '../records/normalize-metadata.ts';
import { latestRelease, releaseBefore } from '../records/releases.ts';
import type { PackageRecord } from '../records/record.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { compareWithPreviousRelease } from './draft-changes.ts';
import type { CompareDeps, CompareNetwork } from './draft-changes.ts';
import { dependencyDiagnostics } from './draft-dependencies.ts';
import type { ProviderTables } from './draft-dependencies.ts';
import { withLockedDependencies } from './locked-dependencies.ts';
import { nameDiagnostics } from './draft-name.ts';
import { toUnsignedDraft } from './drafts.ts';
import type { Draft, Drafts } from './drafts.ts';
import { mergedHead } from '../ingest/fork-tracker.ts';
import type { Lookup } from '../registry/lookup.ts';

/** Bounds the lookup of a newer record that another machine of the publisher may have published. */
const HEAD_LOOKUP_TIMEOUT_MS = 2_000;

/** What drafting uses of the running node. */
export interface DraftNetwork extends CompareNetwork {
  /** Resolves once the newest record in the DHT is stored. */
  readonly heads: { fetch(publisher: string, name: string, signal: AbortSignal): Promise<boolean> };
}

/** Dependencies of `draftRelease`. */
export interface DraftReleaseDeps extends CompareDeps {
  readonly dataDir: string;
  readonly catalog: CompareDeps['catalog'] & ProviderTables & Pick<Catalog, 'packages' | 'forks' | 'installs'>;
  readonly network: () => DraftNetwork | undefined;
  /** This machine's clock compared with those of connected peers. */
  readonly clock: () => ClockComparison | undefined;
}

/** Dependencies of `draftRelease`, the store of drafts, and the lookup of dependencies. */
export interface DraftContext {
  readonly context: DraftReleaseDeps;
  readonly drafts: Pick<Drafts, 'add'>;
  readonly lookup: Pick<Lookup, 'getVersion'>;
}

/**
 * Reads, checks and packs a project, and prepares the record to sign. Other peers cannot see a draft: its blocks go to
 * a store of its own.
 *
 * @throws GgenError ManifestNotFound, ManifestInvalid and VersionExists (`details.diagnostics`: each as JSON),
 *   WorkspaceRoot (`details.members`), ProjectTooLarge, ProjectChanged, RecordTooLarge, InvalidRequest
 */
export async function draftRelease(
  { context, drafts, lookup }: DraftContext,
  { root, manifest: requested, publisher, limits, version, tag }: DraftRequest,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
): Promise<ReleaseDraft> {
  if (!isAbsolute(root)) throw new GgenError('InvalidRequest', `The project folder must be an absolute path: ${root}`);
  const written = await readProjectManifest(root, requested, { signal, version });
  assertNoErrors(written.path, written.diagnostics);
  const previous = await fetchNewestRecord(context, publisher, written.name, signal);
  const taken = takenVersion(context.catalog, previous, publisher, written, tag);
  const scan = await scanProject(root, {
    manifest: written,
    installs: context.catalog.installs.list(),
    limits: resolveProjectLimits(limits),
    signal,
    onProgress: ({ files, bytes }) => {
      onProgress({ phase: 'scan', files, bytes });
    },
  });
  const manifest = withLockedDependencies(written, scan.locked, publisher);
  assertNoErrors(manifest.path, [...manifest.diagnostics, ...scan.diagnostics], taken);
  // Runs while the files are packed. A rejection surfaces at the await below.
  const dependencyCheck = dependencyDiagnostics(context.catalog, lookup, manifest, signal);
  dependencyCheck.catch(() => undefined);
  const secrets = new SecretScanner();
  const baseline = await SecretBaseline.read(scan.root);
  const pointers = new LfsPointers();
  const scanBytes: ByteTransform = (path, bytes, name) => pointers.scan(path, secrets.scan(path, bytes, name));
  const content = await packProject(context.dataDir, scan, signal, onProgress, scanBytes);
  try {
    const [comparison, dependencies] = await Promise.all([
      compareWithPreviousRelease(context, { manifest, content }, previous, signal),
      dependencyCheck,
    ]);
    const { changes } = comparison;
    const diagnostics = [
      ...secrets.diagnostics(baseline),
      ...pointers.diagnostics(),
      ...manifest.diagnostics,
      ...scan.diagnostics,
      ...clockDiagnostics(manifest, context.clock()),
      ...nameDiagnostics(context.catalog.packages, publisher, manifest),
      ...comparison.diagnostics,
      ...versionDiagnostics(manifest, previous ?? { releases: [] }),
      ...preflight(manifest, scan, changes),
      ...dependencies,
    ];
    assertNoErrors(manifest.path, diagnostics, taken);
    if (taken !== undefined) throw taken.withOthers(diagnostics);
    const record = nextRecord(previous, releaseChange(publisher, manifest, content, tag));
    const fingerprints = diagnostics.map(({ fingerprint }) => fingerprint).filter((one) => one !== undefined);
    const newDraft = { kind: 'release', record, version: manifest.version, content } as const;
    const draft = drafts.add({ ...newDraft, fingerprints: [...new Set(fingerprints)] });
    return toReleaseDraft(draft, { manifest, scan, diagnostics, previous, changes, root: content.root });
  } catch (error) {
    await content.discard();
    throw error;
  }
}

/** Reads the manifest, unless the folder is the root of a workspace whose members are to be chosen from. */
async function readProjectManifest(
  root: string,
  requested: string | undefined,
  options: ReadManifestOptions,
): Promise<Manifest> {
  if (requested !== undefined) return await readManifest(root, requested, options);
  try {
    const manifest = await readManifest(root, undefined, options);
    await refuseWorkspaceRoot(root, manifest);
    return manifest;
  } catch (error) {
    if (errorName(error) === 'ManifestNotFound') await refuseWorkspaceRoot(root, undefined);
    throw error;
  }
}

type ReleaseContent = Pick<PackedContent, 'root' | 'size' | 'files' | 'readme' | 'changelog'>;

const EMPTY_CONTENT: ReleaseContent = { root: '', size: 0, files: 0 };

function releaseChange(
  publisher: string,
  { name, version, kind, metadata, dependencies }: Manifest,
  { root, size, files, readme, changelog }: ReleaseContent,
  tag: string | undefined,
): AddRelease {
  const release: Omit<Release, 'published' | 'yanked'> = {
    version,
    root,
    size,
    files,
    kind,
    dependencies,
    ...(readme === undefined ? {} : { readme }),
    ...(changelog === undefined ? {} : { changelog }),
  };
  const change = { kind: 'release', publisher, name, metadata: normalizeMetadata(metadata, name), release } as const;
  return tag === undefined ? change : { ...change, tag };
}

/** Returns the newest record, which another machine of the publisher may have put into the DHT. */
async function fetchNewestRecord(
  { network: runningNetwork, catalog }: Pick<DraftReleaseDeps, 'network' | 'catalog'>,
  publisher: string,
  name: string,
  signal: AbortSignal,
): Promise<PackageRecord | undefined> {
  const network = runningNetwork();
  if (network !== undefined) {
    await network.heads.fetch(publisher, name, AbortSignal.any([signal, AbortSignal.timeout(HEAD_LOOKUP_TIMEOUT_MS)]));
    signal.throwIfAborted();
  }
  return mergedHead(catalog, publisher, name);
}

/** A version that is published already. It is told together with all other problems of the project. */
interface TakenVersion {
  /** @param diagnostics of the project, without that of the version */
  readonly withOthers: (diagnostics: readonly Diagnostic[]) => GgenError;
}

/**
 * Checks the version and the dist-tag.
 *
 * @throws GgenError for other reasons than the version
 */
function takenVersion(
  { packages }: { readonly packages: Pick<Catalog['packages'], 'seenRoots'> },
  previous: PackageRecord | undefined,
  publisher: string,
  manifest: Manifest,
  tag: string | undefined,
): TakenVersion | undefined {
  const { name, version } = manifest;
  try {
    // A version of a record that was lost to another one stays used: peers that saw it reject it with other content.
    if (packages.seenRoots(publisher, name, [version]).size > 0) throw versionExists(`${publisher}/${name}`, version);
    nextRecord(previous, releaseChange(publisher, manifest, EMPTY_CONTENT, tag));
    return undefined;
  } catch (error) {
    if (!(error instanceof GgenError) || error.name !== 'VersionExists') throw error;
    const { message, details } = error;
    const { path, positions } = manifest;
    const position = positions.version ?? { line: 1, column: 1 };
    const versionDiagnostic: Diagnostic = { severity: 'error', code: 'version-exists', message, path, ...position };
    const withOthers = (diagnostics: readonly Diagnostic[]): GgenError => {
      const serialized = [versionDiagnostic, ...diagnostics].map((diagnostic) => JSON.stringify(diagnostic));
      return new GgenError('VersionExists', message, {
        details: { ...details, diagnostics: serialized },
        cause: error,
      });
    };
    return { withOthers };
  }
}

/** Fails on errors that the publisher cannot accept; an error with a fingerprint waits for the publisher's decision. */
function assertNoErrors(path: string, diagnostics: readonly Diagnostic[], taken?: TakenVersion): void {
  const errors = diagnostics.filter(({ severity, fingerprint }) => severity === 'error' && fingerprint === undefined);
  const [first] = errors;
  if (first === undefined) return;
  if (taken !== undefined) throw taken.withOthers(diagnostics);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GgenError('ManifestInvalid', `Cannot publish the project: ${placeOf(first)}: ${first.message}${more}`, {
    details: { path, diagnostics: diagnostics.map((diagnostic) => JSON.stringify(diagnostic)) },
  });
}

function placeOf({ path, line, column }: Diagnostic): string {
  return [path, line, column].filter((part) => part !== undefined).join(':');
}

function toReleaseDraft(
  draft: Draft,
  {
    manifest,
    scan,
    diagnostics,
    previous,
    changes,
    root,
  }: {
    manifest: Manifest;
    scan: ProjectScan;
    diagnostics: readonly Diagnostic[];
    previous: PackageRecord | undefined;
    changes: ReleaseChanges | undefined;
    root: string;
  },
): ReleaseDraft {
  const before = releaseBefore(previous?.releases ?? [], manifest.version)?.version;
  return {
    ...toUnsignedDraft(draft),
    publisher: draft.record.publisher,
    name: draft.record.name,
    kind: manifest.kind,
    manifest: manifest.path,
    metadata: draft.record.metadata,
    dependencies: manifest.dependencies,
    files: scan.files.map(({ path, size, executable, rule }) => ({
      path,
      size,
      ...(executable ? { executable } : {}),
      rule,
    })),
    size: scan.size,
    root,
    excluded: scan.excluded,
    moreExcluded: scan.moreExcluded,
    diagnostics,
    latest: latestRelease(draft.record)?.version ?? draft.version,
    distTags: draft.record.distTags ?? [],
    ...(before === undefined ? {} : { previous: before }),
    ...(changes === undefined ? {} : { changes }),
  };
}

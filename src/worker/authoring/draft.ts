import { isAbsolute } from 'node:path';
import type { DraftProgress, DraftRequest } from '../../shared/api.ts';
import { GgenError } from '../../shared/errors.ts';
import type { Diagnostic, Release, ReleaseChanges, ReleaseDraft } from '../../shared/model.ts';
import { readManifest } from './manifest/read.ts';
import type { Manifest } from './manifest/manifest.ts';
import { packProject } from './pack.ts';
import type { PackedContent, PassingBytes } from './pack.ts';
import { preflight } from './preflight/preflight.ts';
import { SecretSearch } from './preflight/secrets/secret-search.ts';
import { checkLimits } from './project/limits.ts';
import { scanProject } from './project/scan.ts';
import type { ProjectScan } from './project/project.ts';
import { nextRecord } from '../records/next.ts';
import { tidyMetadata } from '../records/tidy.ts';
import type { PackageRecord } from '../records/record.ts';
import type { RegistryContext } from '../registry/context.ts';
import { compareWithLast } from './draft-changes.ts';
import { dependencyFaults } from './draft-dependencies.ts';
import { nameFaults } from './draft-name.ts';
import { unsigned } from './drafts.ts';
import type { Draft, Drafts } from './drafts.ts';
import { newestKnown } from '../ingest/forks.ts';
import type { Lookup } from '../registry/lookup.ts';

/** How long another of the publisher's machines may take to tell of a newer record. */
const HEAD_PATIENCE_MS = 2_000;

/** What drafting works with. */
export interface DraftTools {
  readonly context: RegistryContext;
  readonly drafts: Drafts;
  readonly lookup: Pick<Lookup, 'getVersion'>;
}

/**
 * Read, check, pack and import a project, and prepare the record that will make it public. Nobody sees anything of it:
 * the blocks go to a store of the draft's own.
 *
 * @throws GgenError ManifestNotFound, ManifestInvalid and VersionNotHigher (`details.diagnostics`: each as JSON),
 * ProjectTooLarge, ProjectChanged, RecordTooLarge, InvalidRequest
 */
export async function draftRelease(
  { context, drafts, lookup }: DraftTools,
  { root, manifest: requested, publisher, limits }: DraftRequest,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
): Promise<ReleaseDraft> {
  if (!isAbsolute(root))
    throw new GgenError('InvalidRequest', `The project's folder must be an absolute path: ${root}`);
  const manifest = await readManifest(root, requested, signal);
  refuseErrors(manifest.path, manifest.diagnostics);
  const previous = await newestRecord(context, publisher, manifest.name, signal);
  refuseVersion(previous, publisher, manifest);
  const scan = await scanProject(root, {
    manifest,
    limits: checkLimits(limits),
    signal,
    onProgress: ({ files, bytes }) => {
      onProgress({ phase: 'scan', files, bytes });
    },
  });
  refuseErrors(manifest.path, [...manifest.diagnostics, ...scan.diagnostics]);
  // Asked while the files are packed; a failure counts where it is awaited.
  const served = dependencyFaults(context, lookup, manifest, signal);
  served.catch(() => undefined);
  const secrets = new SecretSearch();
  const through: PassingBytes = (path, bytes) => secrets.through(path, bytes);
  const content = await packProject(context.dataDir, scan, signal, onProgress, through);
  try {
    const [compared, dependencies] = await Promise.all([
      compareWithLast(context, { manifest, content }, previous, signal),
      served,
    ]);
    const { changes } = compared;
    const diagnostics = [
      ...secrets.diagnostics(),
      ...manifest.diagnostics,
      ...scan.diagnostics,
      ...nameFaults(context.catalogue.packages, publisher, manifest),
      ...compared.diagnostics,
      ...preflight(manifest, scan, changes),
      ...dependencies,
    ];
    refuseErrors(manifest.path, diagnostics);
    const record = nextRecord(previous, releaseChange(publisher, manifest, content));
    const fingerprints = diagnostics.map(({ fingerprint }) => fingerprint).filter((one) => one !== undefined);
    const wanted = { kind: 'release', record, version: manifest.version, content } as const;
    const draft = drafts.add({ ...wanted, secrets: [...new Set(fingerprints)] });
    return describe(draft, { manifest, scan, diagnostics, previous, changes, root: content.root });
  } catch (error) {
    await content.discard();
    throw error;
  }
}

type Content = Pick<PackedContent, 'root' | 'size' | 'files' | 'readme' | 'changelog'>;

const EMPTY_CONTENT: Content = { root: '', size: 0, files: 0 };

function releaseChange(
  publisher: string,
  { name, version, kind, metadata, dependencies }: Manifest,
  { root, size, files, readme, changelog }: Content,
): Parameters<typeof nextRecord>[1] {
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
  return { kind: 'release', publisher, name, metadata: tidyMetadata(metadata, name), release };
}

/** The newest record known here or, while a node runs, to the DHT: the publisher may have another machine. */
async function newestRecord(
  context: RegistryContext,
  publisher: string,
  name: string,
  signal: AbortSignal,
): Promise<PackageRecord | undefined> {
  const network = context.network();
  if (network !== undefined) {
    await network.heads.fetch(publisher, name, AbortSignal.any([signal, AbortSignal.timeout(HEAD_PATIENCE_MS)]));
    signal.throwIfAborted();
  }
  return newestKnown(context.catalogue, publisher, name);
}

/** Asked for before anything is packed: a version that can't be published should cost nobody time. */
function refuseVersion(previous: PackageRecord | undefined, publisher: string, manifest: Manifest): void {
  try {
    nextRecord(previous, releaseChange(publisher, manifest, EMPTY_CONTENT));
  } catch (error) {
    if (!(error instanceof GgenError) || error.name !== 'VersionNotHigher') throw error;
    const { message, details } = error;
    const { path, places, diagnostics } = manifest;
    const at = places.version ?? { line: 1, column: 1 };
    const fault: Diagnostic = { severity: 'error', code: 'version-not-higher', message, path, ...at };
    const all = [...diagnostics, fault].map((diagnostic) => JSON.stringify(diagnostic));
    throw new GgenError('VersionNotHigher', message, { details: { ...details, diagnostics: all }, cause: error });
  }
}

/** Errors that nobody can accept; those with a fingerprint wait for the publisher's word. */
function refuseErrors(path: string, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity, fingerprint }) => severity === 'error' && fingerprint === undefined);
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GgenError('ManifestInvalid', `The project can't be published yet: ${first.message}${more}`, {
    details: { path, diagnostics: diagnostics.map((diagnostic) => JSON.stringify(diagnostic)) },
  });
}

function describe(
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
  const newest = previous?.releases.at(-1)?.version;
  return {
    ...unsigned(draft),
    publisher: draft.record.publisher,
    name: draft.record.name,
    kind: manifest.kind,
    manifest: manifest.path,
    metadata: draft.record.metadata,
    dependencies: manifest.dependencies,
    files: scan.files.map(({ path, size }) => ({ path, size })),
    size: scan.size,
    root,
    skipped: scan.skipped,
    diagnostics,
    ...(newest === undefined ? {} : { previous: newest }),
    ...(changes === undefined ? {} : { changes }),
  };
}

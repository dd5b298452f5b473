import { isAbsolute } from 'node:path';
import { parsePackageId } from '../../identity/publisher-id.ts';
import type { Calls, DraftProgress, DraftRequest } from '../../shared/api.ts';
import { GgenError } from '../../shared/errors.ts';
import type { Diagnostic, Release, ReleaseDraft, UnsignedDraft } from '../../shared/model.ts';
import { readManifest } from '../content/manifest/read.ts';
import type { Manifest } from '../content/manifest/manifest.ts';
import { packProject } from '../content/pack.ts';
import type { PackedContent } from '../content/pack.ts';
import { scanProject } from '../content/project/scan.ts';
import type { ProjectScan } from '../content/project/project.ts';
import { nextRecord } from '../records/next.ts';
import { tidyMetadata } from '../records/tidy.ts';
import type { PackageRecord } from '../records/record.ts';
import type { RegistryContext } from './context.ts';
import type { Draft, Drafts } from './drafts.ts';
import { newestKnown } from './forks.ts';

/** How long another of the publisher's machines may take to tell of a newer record. */
const HEAD_PATIENCE_MS = 2_000;

/**
 * Read, check, pack and import a project, and prepare the record that will make it public. Nobody sees anything of it:
 * the blocks go to a store of the draft's own.
 *
 * @throws GgenError ManifestNotFound, ManifestInvalid (`details.diagnostics`: each as JSON), ProjectTooLarge,
 * ProjectChanged, VersionNotHigher, RecordTooLarge, InvalidRequest
 */
export async function draftRelease(
  context: RegistryContext,
  drafts: Drafts,
  { root, manifest: requested, publisher }: DraftRequest,
  signal: AbortSignal,
  onProgress: (progress: DraftProgress) => void,
): Promise<ReleaseDraft> {
  if (!isAbsolute(root))
    throw new GgenError('InvalidRequest', `The project's folder must be an absolute path: ${root}`);
  const manifest = await readManifest(root, requested, signal);
  refuseErrors(manifest.path, manifest.diagnostics);
  const previous = await newestRecord(context, publisher, manifest.name, signal);
  // Asked for before anything is packed: a version that can't be published should cost nobody time.
  nextRecord(previous, releaseChange(publisher, manifest, EMPTY_CONTENT));
  const scan = await scanProject(root, {
    manifest,
    signal,
    onProgress: ({ files, bytes }) => {
      onProgress({ phase: 'scan', files, bytes });
    },
  });
  const diagnostics = [...manifest.diagnostics, ...scan.diagnostics];
  refuseErrors(manifest.path, diagnostics);
  const content = await packProject(context.dataDir, scan, signal, onProgress);
  try {
    const record = nextRecord(previous, releaseChange(publisher, manifest, content));
    const draft = drafts.add('release', record, manifest.version, content);
    return describe(draft, { manifest, scan, diagnostics, previous, root: content.root });
  } catch (error) {
    await content.discard();
    throw error;
  }
}

/**
 * Prepare the record that marks a release as yanked, or as good again.
 *
 * @throws GgenError PackageNotFound, VersionNotFound, NotPublisher, InvalidRequest
 */
export function draftYank(
  context: RegistryContext,
  drafts: Drafts,
  { id, version, yanked, publisher }: Calls['draftYank']['request'],
): UnsignedDraft {
  const parsed = parsePackageId(id);
  if (parsed.publisher !== undefined && parsed.publisher !== publisher) {
    throw new GgenError('NotPublisher', `Only its publisher can withdraw a release of '${parsed.name}'.`, {
      details: { id },
    });
  }
  const known = newestKnown(context.catalogue, publisher, parsed.name);
  if (known === undefined) {
    throw new GgenError('PackageNotFound', `You have not published a package '${parsed.name}'.`, { details: { id } });
  }
  const draft = drafts.add('yank', nextRecord(known, { kind: 'yank', version, yanked }), version);
  return unsigned(draft);
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

function refuseErrors(path: string, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GgenError('ManifestInvalid', `The project can't be published yet: ${first.message}${more}`, {
    details: { path, diagnostics: diagnostics.map((diagnostic) => JSON.stringify(diagnostic)) },
  });
}

function unsigned(draft: Draft): UnsignedDraft {
  const { publisher, name } = draft.record;
  return { draft: draft.id, id: `${publisher}/${name}`, version: draft.version, bytesToSign: draft.bytesToSign };
}

function describe(
  draft: Draft,
  {
    manifest,
    scan,
    diagnostics,
    previous,
    root,
  }: {
    manifest: Manifest;
    scan: ProjectScan;
    diagnostics: readonly Diagnostic[];
    previous: PackageRecord | undefined;
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
  };
}

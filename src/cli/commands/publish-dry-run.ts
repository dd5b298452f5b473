import { createPublisherKey } from '../../identity/publisher-key.ts';
import { clockAheadError, notAcceptedError } from '../../shared/acceptance.ts';
import { isClockAhead } from '../../shared/clock-text.ts';
import { CLOCK_FINGERPRINT } from '../../shared/limits.ts';
import type { DraftProgress, Engine } from '../../shared/api/index.ts';
import type { ReleaseDraft } from '../../shared/model.ts';
import type { Console } from '../output/console.ts';
import { packedFilesResult, packedFilesText } from '../output/packed-files.ts';
import { bytes } from '../output/units.ts';
import { projectTarget } from '../publisher/project-target.ts';

interface DryRun {
  readonly folder: string;
  /** Publisher of the draft; undefined when there is no key yet. */
  readonly publisher: string | undefined;
  /** Version to publish instead of the manifest's. */
  readonly version: string | undefined;
  /** Dist-tag of the release. */
  readonly tag: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DraftProgress) => void;
  /** Reports the draft. */
  readonly check: (draft: ReleaseDraft) => void;
  /** Fingerprints of accepted findings. */
  readonly accepted: readonly string[];
}

/**
 * Pack and check a project without signing; the draft is discarded.
 *
 * @throws GgenError as `draftRelease`, and when publishing would be refused, as `publish`
 */
export async function dryRun(
  engine: Pick<Engine, 'draftRelease' | 'discardDraft' | 'status'>,
  output: Console,
  run: DryRun,
): Promise<void> {
  const { folder, publisher, version, tag, signal, onProgress, check, accepted } = run;
  // Without a key, a temporary one is used and not stored: a dry run must not create a publisher.
  const request = {
    ...(await projectTarget(folder)),
    publisher: publisher ?? createPublisherKey().id,
    ...(version === undefined ? {} : { version }),
    ...(tag === undefined ? {} : { tag }),
  };
  const draft = await engine.draftRelease(request, { signal, onProgress });
  try {
    check(draft);
    printDraft(output, draft, publisher === undefined ? draft.name : draft.id);
    const fingerprints = draft.diagnostics.map(({ fingerprint }) => fingerprint).filter((one) => one !== undefined);
    const missing = [...new Set(fingerprints)].filter((one) => !accepted.includes(one));
    if (missing.length > 0) throw notAcceptedError(missing);
    const { clock } = await engine.status({}, { signal });
    if (clock !== undefined && isClockAhead(clock) && !accepted.includes(CLOCK_FINGERPRINT))
      throw clockAheadError(clock);
  } finally {
    await engine.discardDraft({ draft: draft.draft });
  }
}

function printDraft(output: Console, draft: ReleaseDraft, id: string): void {
  const { version, latest, root, files, size, changes } = draft;
  const paths = (list: readonly { readonly path: string }[] = []): string[] => list.map(({ path }) => path);
  const result = {
    package_id: id,
    version,
    latest,
    root,
    files: files.length,
    size,
    since: changes?.since ?? null,
    added: paths(changes?.added),
    changed: paths(changes?.changed),
    removed: paths(changes?.removed),
    ...packedFilesResult(draft),
    diagnostics: draft.diagnostics,
  };
  output.result(result, (view) => {
    const since =
      changes === undefined
        ? ''
        : `; since ${changes.since}: ${changes.added.length} added, ${changes.changed.length} changed, ${changes.removed.length} removed`;
    return `${packedFilesText(draft, view)}\n\n${view.success('Nothing was published.')} ${id}@${version} would contain ${files.length === 1 ? '1 file' : `${files.length} files`}, ${bytes(size)}${since}`;
  });
}

import type { PublisherKey } from '../../identity/publisher-key.ts';
import type { DraftProgress, Engine } from '../../shared/api/index.ts';
import type { PublishReceipt, ReleaseDraft } from '../../shared/model.ts';
import { projectTarget } from './project-target.ts';

export type PublishEngine = Pick<Engine, 'draftRelease' | 'publish' | 'discardDraft'>;

interface PublishSteps {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DraftProgress) => void;
  /** Inspects the draft before it is signed. Throws when it must not be published. */
  readonly check?: (draft: ReleaseDraft) => void;
  /** Version to publish instead of the manifest's. */
  readonly version?: string | undefined;
  /** Dist-tag of the release. */
  readonly tag?: string | undefined;
  /** Fingerprints of accepted secrets. */
  readonly accepted?: readonly string[];
}

/**
 * Pack, sign and publish the project in a folder, or of a manifest. The engine gets the signature, never the key.
 *
 * @throws GgenError as `draftRelease` and `publish` do, and what `check` throws
 */
export async function publishProject(
  engine: PublishEngine,
  key: PublisherKey,
  folder: string,
  { signal, onProgress, check, version, tag, accepted = [] }: PublishSteps,
): Promise<PublishReceipt> {
  const request = {
    ...(await projectTarget(folder)),
    publisher: key.id,
    ...(version === undefined ? {} : { version }),
    ...(tag === undefined ? {} : { tag }),
  };
  const draft = await engine.draftRelease(request, { signal, onProgress });
  try {
    check?.(draft);
    return await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign), accepted }, { signal });
  } catch (error) {
    await engine.discardDraft({ draft: draft.draft });
    throw error;
  }
}

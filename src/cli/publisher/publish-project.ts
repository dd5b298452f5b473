import { resolve } from 'node:path';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import type { DraftProgress, Engine } from '../../shared/api/index.ts';
import type { PublishReceipt, ReleaseDraft } from '../../shared/model.ts';

interface PublishSteps {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DraftProgress) => void;
  /** Looks at what would be published. Throws when it shall not be. */
  readonly check?: (draft: ReleaseDraft) => void;
  /** Fingerprints of the secrets in it that the publisher accepts. */
  readonly accepted?: readonly string[];
}

/**
 * Pack, sign and publish the project in a folder. The key stays here: the engine gets the signature only.
 *
 * @throws GgenError as `draftRelease` and `publish` say; what `check` throws
 */
export async function publishProject(
  engine: Engine,
  key: PublisherKey,
  folder: string,
  { signal, onProgress, check, accepted = [] }: PublishSteps,
): Promise<PublishReceipt> {
  const draft = await engine.draftRelease({ root: resolve(folder), publisher: key.id }, { signal, onProgress });
  try {
    check?.(draft);
    return await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign), accepted }, { signal });
  } catch (error) {
    await engine.discardDraft({ draft: draft.draft });
    throw error;
  }
}

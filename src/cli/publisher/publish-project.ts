import { resolve } from 'node:path';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import type { DraftProgress, Engine } from '../../shared/api/index.ts';
import type { PublishReceipt, ReleaseDraft } from '../../shared/model.ts';

export type PublishEngine = Pick<Engine, 'draftRelease' | 'publish' | 'discardDraft'>;

interface PublishSteps {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DraftProgress) => void;
  /** Inspects the draft before it is signed. Throws when it must not be published. */
  readonly check?: (draft: ReleaseDraft) => void;
  /** Fingerprints of accepted secrets. */
  readonly accepted?: readonly string[];
}

/**
 * Pack, sign and publish the project in a folder. The engine gets the signature, never the key.
 *
 * @throws GgenError as `draftRelease` and `publish` do, and what `check` throws
 */
export async function publishProject(
  engine: PublishEngine,
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

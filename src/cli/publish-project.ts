import { resolve } from 'node:path';
import type { PublisherKey } from '../identity/publisher-key.ts';
import type { Engine } from '../shared/api.ts';
import type { PublishReceipt } from '../shared/model.ts';

/**
 * Pack, sign and publish the project in a folder. The key stays here: the engine gets the signature only.
 *
 * @throws GgenError as `draftRelease` and `publish` say
 */
export async function publishProject(
  engine: Engine,
  key: PublisherKey,
  folder: string,
  signal: AbortSignal,
): Promise<PublishReceipt> {
  const draft = await engine.draftRelease({ root: resolve(folder), publisher: key.id }, { signal });
  try {
    return await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) }, { signal });
  } catch (error) {
    await engine.discardDraft({ draft: draft.draft });
    throw error;
  }
}

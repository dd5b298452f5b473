import type { Engine } from '../shared/api/index.ts';
import { errorMessage, errorName } from '../shared/errors.ts';
import type { PublisherKey } from './publisher-key.ts';

/** Dependencies of `mergeForks`. */
export interface MergeForksOptions {
  readonly engine: Pick<Engine, 'subscribe' | 'draftMerge' | 'publish'>;
  /** This machine's publisher key; undefined while there is none. */
  readonly key: () => Promise<PublisherKey | undefined>;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Sign and publish another record of each package that the engine reports for this machine's publisher key: a merge of
 * forks, or the same with the present time after the clock was ahead. The
 * user is not asked, because the record says nothing that the key has not signed before.
 *
 * @returns the function that ends it
 */
export function mergeForks({ engine, key, info, warn }: MergeForksOptions): () => void {
  const stopped = new AbortController();
  const isStopped = (): boolean => stopped.signal.aborted;
  const failed = new Set<string>();
  let queue = Promise.resolve();
  const merge = async (id: string): Promise<void> => {
    const signer = await key();
    if (signer === undefined || !id.startsWith(`${signer.id}/`) || isStopped()) return;
    try {
      const options = { signal: stopped.signal };
      const { draft, bytesToSign } = await engine.draftMerge({ id, publisher: signer.id }, options);
      const { seq } = await engine.publish({ draft, signature: signer.sign(bytesToSign) }, options);
      info(
        `The record of ${id} was signed again (record ${seq}): it merges what two machines published with your key, or corrects the time of a clock that was ahead.`,
      );
    } catch (error) {
      // Another window or machine has merged it already, or this window is closing.
      if (isStopped() || errorName(error) === 'DraftOutdated') return;
      if (!failed.has(id))
        warn(`Could not sign the record of ${id} again, which other peers need: ${errorMessage(error)}`);
      failed.add(id);
    }
  };
  const unsubscribe = engine.subscribe('forks', ({ ids }) => {
    queue = ids
      .reduce((before, id) => before.then(() => merge(id)), queue)
      .catch((error: unknown) => {
        warn(`Cannot read the publisher key: ${errorMessage(error)}`);
      });
  });
  return () => {
    unsubscribe();
    stopped.abort();
  };
}

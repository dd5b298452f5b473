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
 * Merge each fork that the engine reports for this machine's publisher key: sign the merge record and publish it. The
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
        `${id} was published separately on two machines with your publisher key. The two were merged (record ${seq}).`,
      );
    } catch (error) {
      // Another window or machine has merged it already, or this window is closing.
      if (isStopped() || errorName(error) === 'DraftOutdated') return;
      if (!failed.has(id))
        warn(`Could not merge ${id}, which was published separately on two machines: ${errorMessage(error)}`);
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

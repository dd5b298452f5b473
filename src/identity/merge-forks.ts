import type { Engine } from '../shared/api/index.ts';
import { errorMessage, errorName } from '../shared/errors.ts';
import type { PublisherKey } from './publisher-key.ts';

/** What uniting works with. */
export interface MergeForksOptions {
  readonly engine: Pick<Engine, 'subscribe' | 'draftMerge' | 'publish'>;
  /** The key of the publisher on this machine; undefined while there is none. */
  readonly key: () => Promise<PublisherKey | undefined>;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Sign the record that unites a package, once the engine has found that two machines with this machine's publisher key
 * published it apart from each other. The user need not be asked: the record says nothing that the key has not signed before.
 *
 * @returns what ends it
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
      // Another window, or the other machine, was faster; or the window goes.
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

import type { Engine } from '../shared/api.ts';
import { errorMessage, errorName } from '../shared/errors.ts';
import type { PublisherKey } from './publisher-key.ts';

/** What uniting works with. */
export interface UniteOptions {
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
export function uniteForks({ engine, key, info, warn }: UniteOptions): () => void {
  const ended = new AbortController();
  const isOver = (): boolean => ended.signal.aborted;
  const failed = new Set<string>();
  let turn = Promise.resolve();
  const unite = async (id: string): Promise<void> => {
    const signer = await key();
    if (signer === undefined || !id.startsWith(`${signer.id}/`) || isOver()) return;
    try {
      const options = { signal: ended.signal };
      const { draft, bytesToSign } = await engine.draftMerge({ id, publisher: signer.id }, options);
      const { seq } = await engine.publish({ draft, signature: signer.sign(bytesToSign) }, options);
      info(`Two machines with your publisher key published ${id} apart from each other. It is united (record ${seq}).`);
    } catch (error) {
      // Another window, or the other machine, was faster; or the window goes.
      if (isOver() || errorName(error) === 'DraftOutdated') return;
      if (!failed.has(id)) warn(`${id}, published apart on two machines, could not be united: ${errorMessage(error)}`);
      failed.add(id);
    }
  };
  const end = engine.subscribe('forks', ({ ids }) => {
    turn = ids
      .reduce((before, id) => before.then(() => unite(id)), turn)
      .catch((error: unknown) => {
        warn(`The publisher key could not be read: ${errorMessage(error)}`);
      });
  });
  return () => {
    end();
    ended.abort();
  };
}

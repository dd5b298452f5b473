import type { Stream } from '@libp2p/interface';
import { errorMessage, toError } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Logger } from '../../logging/logger.ts';
import type { RemoteConnection } from '../shared/libp2p-parts.ts';
import { Frames } from '../wire/frames.ts';
import { ANSWER_IDLE_TIMEOUT_MS, MAX_FRAME_BYTES } from './limits.ts';
import { ANSWER_END, decodeSearchRequest, encodeAnswer } from './wire.ts';

export interface SearchServerDeps {
  readonly catalog: {
    readonly packages: Pick<Catalog['packages'], 'get' | 'search'>;
    readonly seeding: Pick<Catalog['seeding'], 'has'>;
  };
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

/** Answers one query per stream with the matching records of the catalog. */
export class SearchServer {
  readonly #deps: SearchServerDeps;

  constructor(deps: SearchServerDeps) {
    this.#deps = deps;
  }

  async serve(stream: Stream, { remotePeer }: RemoteConnection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      const { catalog } = this.#deps;
      const found = catalog.packages.search(decodeSearchRequest(await frames.read(this.#timeoutSignal())));
      for (const { publisher, name } of found) {
        const stored = catalog.packages.get(publisher, name);
        if (stored === undefined) continue;
        const isSeeding = catalog.seeding.has(publisher, name);
        await frames.write(encodeAnswer({ envelope: stored.envelope, isSeeding }), this.#timeoutSignal());
      }
      await frames.write(ANSWER_END, this.#timeoutSignal());
      await frames.close(this.#timeoutSignal());
    } catch (error) {
      frames.abort(toError(error));
      this.#deps.log.debug(`A search by peer ${remotePeer.toString()} was interrupted: ${errorMessage(error)}`);
    }
  }

  #timeoutSignal(): AbortSignal {
    return AbortSignal.any([this.#deps.stopped, AbortSignal.timeout(ANSWER_IDLE_TIMEOUT_MS.maxMs)]);
  }
}

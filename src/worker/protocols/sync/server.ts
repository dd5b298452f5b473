import type { Stream } from '@libp2p/interface';
import { errorMessage, toError } from '../../../shared/errors.ts';
import type { Location } from '../../../shared/model.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Logger } from '../../logging/logger.ts';
import type { RemoteConnection } from '../shared/libp2p-parts.ts';
import { Frames } from '../wire/frames.ts';
import { FRAME_TIMEOUT_MS, LOG_PAGE_SIZE, MAX_FRAME_BYTES } from './limits.ts';
import { decodeRequest, encodeEnd, encodeEntry, encodeHead } from './wire.ts';

export interface SyncServerDeps {
  readonly catalog: {
    readonly db: { readonly epoch: string };
    readonly packages: Pick<Catalog['packages'], 'readLogAfter'>;
    readonly peers: Pick<Catalog['peers'], 'saveLocation'>;
    readonly seeding: Pick<Catalog['seeding'], 'has'>;
  };
  /** Of this node, rounded; undefined unless the user set one. */
  readonly ownLocation: () => Location | undefined;
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

/** Answers one request per stream: the log of records after the client's cursor, up to the bytes that it asks for. */
export class SyncServer {
  readonly #deps: SyncServerDeps;

  constructor(deps: SyncServerDeps) {
    this.#deps = deps;
  }

  async serve(stream: Stream, { remotePeer }: RemoteConnection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await this.#answer(frames, remotePeer.toString());
      await frames.close(this.#timeoutSignal());
    } catch (error) {
      frames.abort(toError(error));
      this.#deps.log.debug(`A sync session with peer ${remotePeer.toString()} was interrupted: ${errorMessage(error)}`);
    }
  }

  async #answer(frames: Frames, peer: string): Promise<void> {
    const { catalog, ownLocation } = this.#deps;
    const { epoch } = catalog.db;
    const request = decodeRequest(await frames.read(this.#timeoutSignal()), epoch);
    let position = request.after;
    let remainingBytes = request.limitBytes;
    catalog.peers.saveLocation(peer, request.location);
    await frames.write(encodeHead({ epoch, location: ownLocation(), time: Date.now() }), this.#timeoutSignal());
    for (;;) {
      const page = catalog.packages.readLogAfter(position, LOG_PAGE_SIZE);
      const timeoutSignal = this.#timeoutSignal();
      for (const { position: entryPosition, record, envelope } of page) {
        const isSeeding = catalog.seeding.has(record.publisher, record.name);
        await frames.write(encodeEntry({ position: entryPosition, envelope, isSeeding }), timeoutSignal);
        position = entryPosition;
        remainingBytes -= envelope.length;
        if (remainingBytes <= 0) break;
      }
      if (page.length < LOG_PAGE_SIZE || remainingBytes <= 0) break;
    }
    await frames.write(encodeEnd({ hasMore: remainingBytes <= 0 }), this.#timeoutSignal());
  }

  #timeoutSignal(): AbortSignal {
    return AbortSignal.any([this.#deps.stopped, AbortSignal.timeout(FRAME_TIMEOUT_MS)]);
  }
}

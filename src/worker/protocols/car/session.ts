import type { Stream } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { ByteStream } from '../byte-stream.ts';
import { Patience } from './patience.ts';
import { encodeRequest, readCarHeader, readHead, readSection } from './wire.ts';
import type { Want } from './wire.ts';

/** The peer is there, but hands out nothing at present: its limits are reached, or its user paused it. */
export class PeerBusy extends Error {
  override readonly name = 'PeerBusy';
}

/** An answerer lets go of a stream that is idle for a minute: before that, a new one is opened. */
const STALE_MS = 30_000;

/** Gets each block that comes; the next is read when what it returns has resolved. What it throws ends the session. */
export type OnBlock = (cid: CID, bytes: Uint8Array) => Promise<void> | void;

export interface SessionOptions {
  /** Opens a stream of the protocol to the peer. */
  readonly open: (signal: AbortSignal) => Promise<Stream>;
  /** How many bytes may be waited for at once: few where a limit is to make itself felt within a block. */
  readonly atOnce: () => number;
  /** Resolves when so many bytes may be received. */
  readonly received: (bytes: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Asks one peer over one stream (docs/protocols/car.md). Requests may be put while others are under way: each is sent at once,
 * and the answers come one after the other, so that the way is never idle between them. Whatever goes wrong ends all of them.
 */
export class CarSession {
  readonly #options: SessionOptions;
  readonly #ended = new AbortController();
  #opening: Promise<{ stream: ByteStream; patience: Patience }> | undefined;
  #underWay = 0;
  #lastUse = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Ask for blocks. Resolves at the end of the answer: what did not come by then, the peer does not have. The blocks are not
   * verified yet.
   *
   * @throws PeerBusy, errors named `PeerLate` (waited in vain) and `PeerLied` (it breaks the protocol), what `onBlock` threw,
   *   and whatever a stream that cannot be opened throws
   */
  async fetch(wants: readonly Want[], onBlock: OnBlock): Promise<void> {
    const answer = this.#ask(wants, onBlock);
    answer.catch((error: unknown) => {
      this.close(error);
    });
    await answer;
  }

  close(reason: unknown = new Error('The session was closed')): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#opening?.then(
      ({ stream }) => {
        stream.abort(error);
      },
      () => undefined,
    );
  }

  async #ask(wants: readonly Want[], onBlock: OnBlock): Promise<void> {
    const { signal } = this.#ended;
    signal.throwIfAborted();
    if (this.#underWay === 0) await this.#leaveStale();
    this.#underWay++;
    try {
      await this.#askOn(await (this.#opening ??= this.#open(signal)), wants, onBlock);
    } finally {
      this.#underWay--;
      this.#lastUse = performance.now();
    }
  }

  /** A stream that nobody uses may have been closed by the other side. */
  async #leaveStale(): Promise<void> {
    const opened = await this.#opening;
    if (opened === undefined || (opened.stream.isOpen && performance.now() - this.#lastUse < STALE_MS)) return;
    opened.stream.abort(new Error('The stream is not used any more'));
    this.#opening = undefined;
  }

  async #askOn(
    { stream, patience }: { stream: ByteStream; patience: Patience },
    wants: readonly Want[],
    onBlock: OnBlock,
  ): Promise<void> {
    const { signal } = this.#ended;
    const written = this.#writing.then(() => stream.write(encodeRequest(wants), signal));
    this.#writing = written;
    const read = this.#reading.then(async () => {
      await written;
      await this.#receive(stream, patience, onBlock);
    });
    this.#reading = read;
    await Promise.all([written, read]);
  }

  async #open(signal: AbortSignal): Promise<{ stream: ByteStream; patience: Patience }> {
    const stream = new ByteStream(await this.#options.open(signal));
    return { stream, patience: new Patience(stream) };
  }

  async #receive(stream: ByteStream, patience: Patience, onBlock: OnBlock): Promise<void> {
    const { signal } = this.#ended;
    const { received } = this.#options;
    const more = async (least: number): Promise<number> => {
      const count = await patience.more(signal, Math.min(least, this.#options.atOnce()));
      if (count > 0) await received(count, signal);
      return count;
    };
    patience.renew();
    if ((await readHead(stream, more)).busy) throw new PeerBusy('It hands out nothing at present');
    await readCarHeader(stream, more);
    for (;;) {
      const section = await readSection(stream, more);
      if (section === undefined) return;
      await onBlock(section.cid, section.bytes);
    }
  }
}

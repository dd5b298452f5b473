import { errorMessage } from '../../../shared/errors.ts';
import { verifyAside } from '../../../identity/publisher-key.ts';
import { claimToSign } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { peerIdOfKey } from '../../node/peer-id.ts';
import type { NetworkContext } from '../context.ts';

/** Claims that wait. Beyond, in a flood, they are dropped: sync and searches tell again who serves what. */
const MOST_WAITING = 2_000;
/** Verified at the same time: records have the threads first. */
const AT_ONCE = 4;
/** What was verified is written together, this long after the first. In milliseconds. */
const WRITE_AFTER_MS = 20;

interface Claim {
  readonly said: Announcement;
  readonly publisher: string;
  readonly name: string;
}

/**
 * Who says that it serves what was announced. A claim is verified beside the record that it came with, so that who serves a
 * package is known together with it; in a flood behind it, so that records do not wait. A false one only means that nothing is
 * known.
 */
export class HolderClaims {
  readonly #context: Pick<NetworkContext, 'catalogue' | 'conduct' | 'log' | 'stopped'>;
  readonly #waiting: Claim[] = [];
  #atOnce = 0;
  #beside = 0;
  #verified: { readonly peer: string; readonly publisher: string; readonly name: string }[] = [];

  constructor(context: Pick<NetworkContext, 'catalogue' | 'conduct' | 'log' | 'stopped'>) {
    this.#context = context;
  }

  /** Begin to verify a claim beside its record; undefined when records have enough to wait for. See `keep`. */
  beside(said: Announcement): Promise<boolean> | undefined {
    if (this.#waiting.length > 0 || this.#beside >= AT_ONCE) return undefined;
    this.#beside++;
    return isTrue(said).finally(() => {
      this.#beside--;
    });
  }

  /** Keep a claim that was found to be true. */
  keep({ holder }: Announcement, publisher: string, name: string): void {
    const peer = peerIdOfKey(holder);
    if (!this.#context.conduct.isBanned(peer)) this.#context.catalogue.peers.addHolder(peer, publisher, name);
  }

  /** Verify a claim when there is time for it, and keep it if it is true. */
  add(said: Announcement, publisher: string, name: string): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({ said, publisher, name });
    if (this.#atOnce < AT_ONCE) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#atOnce++;
    for (let claim = this.#waiting.shift(); claim !== undefined; claim = this.#waiting.shift()) {
      if (this.#context.stopped.aborted) break;
      const { said, publisher, name } = claim;
      if (!(await isTrue(said))) continue;
      const peer = peerIdOfKey(said.holder);
      if (this.#context.conduct.isBanned(peer)) continue;
      this.#verified.push({ peer, publisher, name });
      if (this.#verified.length === 1)
        setTimeout(() => {
          this.#write();
        }, WRITE_AFTER_MS).unref();
    }
    this.#atOnce--;
  }

  #write(): void {
    const { catalogue, log, stopped } = this.#context;
    const verified = this.#verified;
    this.#verified = [];
    if (stopped.aborted) return;
    try {
      catalogue.db.transaction(() => {
        for (const { peer, publisher, name } of verified) catalogue.peers.addHolder(peer, publisher, name);
      });
    } catch (error) {
      log.warn(`Who serves ${verified.length} packages could not be kept: ${errorMessage(error)}`);
    }
  }
}

/** Bytes that are no key make no claim. */
function isTrue({ record, holder, signature }: Announcement): Promise<boolean> {
  return verifyAside(holder, claimToSign(record), signature).catch(() => false);
}

import { errorMessage } from '../../../shared/errors.ts';
import { verifySignatureOffThread } from '../../../identity/publisher-key.ts';
import { claimSigningBytes } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { peerIdOfKey } from '../../node/peer-id.ts';
import type { NetworkContext } from '../context.ts';

/** Claims that wait. Beyond, in a flood, they are dropped: sync and searches tell again who serves what. */
const MAX_WAITING_CLAIMS = 2_000;
/** Verified at the same time: records have the threads first. */
const MAX_CONCURRENT_VERIFICATIONS = 4;
/** What was verified is written together, this long after the first. In milliseconds. */
const WRITE_DELAY_MS = 20;

interface Claim {
  readonly announcement: Announcement;
  readonly publisher: string;
  readonly name: string;
}

/**
 * Who says that it serves what was announced. A claim is verified beside the record that it came with, so that who serves a
 * package is known together with it; in a flood behind it, so that records do not wait. A false one only means that nothing is
 * known.
 */
export class ProviderClaims {
  readonly #context: Pick<NetworkContext, 'catalog' | 'peerReputation' | 'log' | 'stopped'>;
  readonly #waiting: Claim[] = [];
  #activeWorkers = 0;
  #activeImmediate = 0;
  #verified: { readonly peer: string; readonly publisher: string; readonly name: string }[] = [];

  constructor(context: Pick<NetworkContext, 'catalog' | 'peerReputation' | 'log' | 'stopped'>) {
    this.#context = context;
  }

  /** Begin to verify a claim beside its record; undefined when records have enough to wait for. See `keep`. */
  tryVerifyNow(announcement: Announcement): Promise<boolean> | undefined {
    if (this.#waiting.length > 0 || this.#activeImmediate >= MAX_CONCURRENT_VERIFICATIONS) return undefined;
    this.#activeImmediate++;
    return isValidClaim(announcement).finally(() => {
      this.#activeImmediate--;
    });
  }

  /** Keep a claim that was found to be true. */
  save({ providerKey }: Announcement, publisher: string, name: string): void {
    const peer = peerIdOfKey(providerKey);
    if (!this.#context.peerReputation.isBanned(peer)) this.#context.catalog.peers.addProvider(peer, publisher, name);
  }

  /** Verify a claim when there is time for it, and keep it if it is true. */
  enqueue(announcement: Announcement, publisher: string, name: string): void {
    if (this.#waiting.length >= MAX_WAITING_CLAIMS) return;
    this.#waiting.push({ announcement, publisher, name });
    if (this.#activeWorkers < MAX_CONCURRENT_VERIFICATIONS) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#activeWorkers++;
    for (let claim = this.#waiting.shift(); claim !== undefined; claim = this.#waiting.shift()) {
      if (this.#context.stopped.aborted) break;
      const { announcement, publisher, name } = claim;
      if (!(await isValidClaim(announcement))) continue;
      const peer = peerIdOfKey(announcement.providerKey);
      if (this.#context.peerReputation.isBanned(peer)) continue;
      this.#verified.push({ peer, publisher, name });
      if (this.#verified.length === 1)
        setTimeout(() => {
          this.#write();
        }, WRITE_DELAY_MS).unref();
    }
    this.#activeWorkers--;
  }

  #write(): void {
    const { catalog, log, stopped } = this.#context;
    const verified = this.#verified;
    this.#verified = [];
    if (stopped.aborted) return;
    try {
      catalog.db.transaction(() => {
        for (const { peer, publisher, name } of verified) catalog.peers.addProvider(peer, publisher, name);
      });
    } catch (error) {
      log.warn(`Could not save the providers of ${verified.length} packages: ${errorMessage(error)}`);
    }
  }
}

/** Bytes that are no key make no claim. */
function isValidClaim({ record, providerKey, signature }: Announcement): Promise<boolean> {
  return verifySignatureOffThread(providerKey, claimSigningBytes(record), signature).catch(() => false);
}

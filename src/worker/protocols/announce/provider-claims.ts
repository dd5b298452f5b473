import { verifySignatureOffThread } from '../../../identity/publisher-key.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Logger } from '../../logging/logger.ts';
import { claimSigningBytes } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { peerIdOfKey } from '../../node/peer-id.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import { CLAIM_WRITE_DELAY_MS, MAX_CONCURRENT_VERIFICATIONS, MAX_WAITING_CLAIMS } from './limits.ts';

export interface ProviderClaimsDeps {
  readonly catalog: {
    readonly db: Pick<Catalog['db'], 'transaction'>;
    readonly peers: Pick<Catalog['peers'], 'addProvider'>;
  };
  readonly peerReputation: Pick<PeerReputation, 'isBanned'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly stopped: AbortSignal;
}

interface Claim {
  readonly announcement: Announcement;
  readonly publisher: string;
  readonly name: string;
}

/**
 * Verifies the provider claims of announcements: the signed statement of a peer that it serves the package. A claim is verified
 * at the same time as its record, so that both are known together; in a flood it is verified after the records. A false claim
 * has no consequence but that it is ignored.
 */
export class ProviderClaims {
  readonly #deps: ProviderClaimsDeps;
  readonly #waiting: Claim[] = [];
  #activeWorkers = 0;
  #activeImmediate = 0;
  #verified: { readonly peer: string; readonly publisher: string; readonly name: string }[] = [];

  constructor(deps: ProviderClaimsDeps) {
    this.#deps = deps;
  }

  /** Starts to verify a claim now, for `save`; undefined when too many are under way, so that it must be enqueued. */
  tryVerifyNow(announcement: Announcement): Promise<boolean> | undefined {
    if (this.#waiting.length > 0 || this.#activeImmediate >= MAX_CONCURRENT_VERIFICATIONS) return undefined;
    this.#activeImmediate++;
    return isValidClaim(announcement).finally(() => {
      this.#activeImmediate--;
    });
  }

  /** Stores a valid claim. */
  save({ providerKey }: Announcement, publisher: string, name: string): void {
    const { peerReputation, catalog } = this.#deps;
    const peer = peerIdOfKey(providerKey);
    if (!peerReputation.isBanned(peer)) catalog.peers.addProvider(peer, publisher, name);
  }

  /** Verifies a claim after those that wait already, and stores it if it is valid. */
  enqueue(announcement: Announcement, publisher: string, name: string): void {
    if (this.#waiting.length >= MAX_WAITING_CLAIMS) return;
    this.#waiting.push({ announcement, publisher, name });
    if (this.#activeWorkers < MAX_CONCURRENT_VERIFICATIONS) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#activeWorkers++;
    for (let claim = this.#waiting.shift(); claim !== undefined; claim = this.#waiting.shift()) {
      if (this.#deps.stopped.aborted) break;
      const { announcement, publisher, name } = claim;
      if (!(await isValidClaim(announcement))) continue;
      const peer = peerIdOfKey(announcement.providerKey);
      if (this.#deps.peerReputation.isBanned(peer)) continue;
      this.#verified.push({ peer, publisher, name });
      if (this.#verified.length === 1)
        setTimeout(() => {
          this.#write();
        }, CLAIM_WRITE_DELAY_MS).unref();
    }
    this.#activeWorkers--;
  }

  #write(): void {
    const { catalog, log, stopped } = this.#deps;
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

/** False too when the key is malformed. */
function isValidClaim({ record, providerKey, signature }: Announcement): Promise<boolean> {
  return verifySignatureOffThread(providerKey, claimSigningBytes(record), signature).catch(() => false);
}

import type { PeerId } from '@libp2p/interface';
import type { RecordProtocol } from '../shared/record-protocols.ts';
import { KeywordClient } from './client.ts';
import type { KeywordClientDeps } from './client.ts';

export interface KeywordDeps extends KeywordClientDeps {
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
}

/**
 * Keywords (docs/protocols/keywords.md): provider records in the DHT by which a search finds peers that no connected peer
 * knows. `Reprovider` writes this node's records.
 */
export class Keywords {
  readonly #deps: KeywordDeps;
  readonly #client: KeywordClient;

  constructor(deps: KeywordDeps) {
    this.#deps = deps;
    this.#client = new KeywordClient(deps);
  }

  /** See `KeywordClient.find`. */
  async *find(tokens: readonly string[], signal: AbortSignal): AsyncGenerator<PeerId> {
    if (this.#deps.enabledProtocols.has('keywords')) yield* this.#client.find(tokens, signal);
  }
}

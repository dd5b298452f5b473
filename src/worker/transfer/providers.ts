import type { CID } from 'multiformats/cid';
import { GgenError, errorMessage, errorName } from '../../shared/errors.ts';
import { DAG_PB } from '../dag/codecs.ts';
import { Headroom } from './headroom.ts';
import { Lane } from './lane.ts';
import type { Candidate } from './lane.ts';
import type { BlockNetwork, TransferOptions } from './transfer-types.ts';
import type { Entry, TreeBlocks } from './tree-blocks.ts';

/** Providers that are asked at the same time. */
const MAX_LANES = 4;
/** One more provider for each so many bytes: a small package needs no crowd. */
const BYTES_PER_LANE = 1024 * 1024;
/** Requests under way to one provider: while one is answered, the next is there already. */
const REQUESTS = 2;
/** How often it is looked whether work should change hands, and whether one more should be asked. */
const TICK_MS = 100;
/** A provider that sent nothing for so long has work taken from it, and is not waited for with asking another. */
const QUIET_MS = 400;
/** Tries with each provider: one that was late may have been unlucky. */
const TRIES = 2;
/** Pause before a provider that was busy is asked again, and how often. */
const BUSY_MS = 500;
const BUSY_TRIES = 10;
const LOOKUP_BOUND_MS = 3_000;

export type ProviderOptions = Pick<
  TransferOptions,
  'network' | 'providers' | 'moreProviders' | 'onSuccess' | 'onFailure' | 'log'
>;

/**
 * Who is asked for what. Each provider gets requests of its own; fast ones get more, work is taken over from the slow, and who
 * stalls, lies or goes away is dropped, while what it sent stays.
 */
export class Providers {
  readonly #root: CID;
  readonly #blocks: TreeBlocks;
  readonly #options: ProviderOptions;
  readonly #maxLanes: number;
  readonly #headroom = new Headroom();
  /** Providers to ask at the same time: one, and one more whenever there was time to wait for them. */
  #wanted = 1;
  readonly #size: number;
  readonly #lanes = new Set<Lane>();
  /** Peers that may be asked, best first. */
  #candidates: Candidate[];
  readonly #known: Set<string>;
  readonly #failed = Promise.withResolvers<never>();
  readonly #closed = new AbortController();
  #soon: NodeJS.Immediate | undefined;
  #ticks: NodeJS.Timeout | undefined;
  #lookup: 'none' | 'running' | 'over' = 'none';

  constructor(root: CID, blocks: TreeBlocks, options: ProviderOptions, size: number) {
    this.#root = root;
    this.#blocks = blocks;
    this.#options = options;
    this.#size = size;
    this.#maxLanes = Math.min(MAX_LANES, 1 + Math.floor(size / BYTES_PER_LANE));
    this.#candidates = [];
    this.#known = new Set();
    for (const peer of options.providers) this.#learn(peer);
    this.#failed.promise.catch(() => undefined);
    blocks.onChange = () => {
      // Many changes come together, and a request is better for being long.
      this.#soon ??= setImmediate(() => {
        this.#soon = undefined;
        this.#pump();
      });
    };
    options.network?.stopped.addEventListener('abort', this.#onStopped);
  }

  /** Rejects when what is missing cannot be had. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get isOver(): boolean {
    return this.#closed.signal.aborted;
  }

  close(reason?: GgenError): void {
    if (this.isOver) return;
    this.#closed.abort();
    clearInterval(this.#ticks);
    clearImmediate(this.#soon);
    this.#options.network?.stopped.removeEventListener('abort', this.#onStopped);
    for (const lane of this.#lanes) lane.close();
    this.#lanes.clear();
    this.#blocks.onChange = () => undefined;
    if (reason !== undefined) this.#failed.reject(reason);
  }

  /** Give everybody something to do. */
  #pump(): void {
    if (this.isOver || !this.#blocks.hasMissing) return;
    const { network } = this.#options;
    this.#open(network);
    for (const lane of this.#lanes) while (lane.answers.size < REQUESTS && this.#give(lane)) continue;
    this.#dropUseless();
    this.#ticks ??= setInterval(() => {
      this.#tick();
    }, TICK_MS);
    if (this.#lanes.size === 0) this.#giveUpOrLookFurther(network);
  }

  #tick(): void {
    if (!this.#blocks.hasMissing) {
      clearInterval(this.#ticks);
      this.#ticks = undefined;
      return;
    }
    if (this.#headroom.look() && this.#wanted < this.#maxLanes && this.#wanted <= this.#lanes.size) this.#wanted++;
    this.#pump();
    for (const lane of this.#lanes) if (lane.answers.size === 0) this.#takeOver(lane);
  }

  /** Open lanes to the best candidates, as many as it pays. */
  #open(network: BlockNetwork | undefined): void {
    if (network === undefined || network.stopped.aborted) return;
    if (this.#candidates.length === 0) return;
    const quiet = [...this.#lanes].filter((lane) => lane.quietFor() > QUIET_MS || this.#isIdle(lane)).length;
    if (this.#blocks.unasked.size === 0 && quiet === 0) return;
    const wanted = quiet > 0 ? this.#maxLanes : this.#wanted;
    while (this.#lanes.size - quiet < wanted && this.#lanes.size < MAX_LANES) {
      const [candidate] = this.#ready();
      if (candidate === undefined) return;
      this.#candidates = this.#candidates.filter((one) => one !== candidate);
      this.#lanes.add(new Lane(candidate, network.session(this.#root, candidate.peer)));
    }
  }

  /** Who may be asked now, best first. */
  #ready(): Candidate[] {
    const now = performance.now();
    return this.#candidates.filter(({ notBefore }) => notBefore <= now);
  }

  /** Hand a lane its next request. Returns whether there was one. */
  #give(lane: Lane): boolean {
    const { size } = this.#lanes;
    const joining = Math.max(0, Math.min(this.#maxLanes - size, this.#ready().length));
    // For those that may be asked in a moment their share is left, however often this one asks until then.
    const batch = lane.choose(this.#blocks.unasked, size + joining, joining > 0 ? lane.bytesToCome : 0);
    if (batch.length === 0) return false;
    this.#ask(lane, batch);
    return true;
  }

  /** A lane without work takes over what the slowest one would come to last. */
  #takeOver(lane: Lane): void {
    const others = [...this.#lanes].filter((other) => other !== lane && other.isSlowerThan(lane, QUIET_MS));
    for (const other of others) {
      const wanted = other.outstanding().filter((entry) => isFree(entry, lane.peer));
      const share = other.quietFor() > QUIET_MS ? wanted : wanted.slice(Math.floor(wanted.length / 2));
      const batch = lane.choose(new Set(share), 1);
      if (batch.length > 0) this.#ask(lane, batch);
      if (lane.answers.size > 0) return;
    }
  }

  #ask(lane: Lane, batch: readonly Entry[]): void {
    const answer = lane.begin();
    const scope = this.#size <= BYTES_PER_LANE / 4 ? 'tree' : 'nodes';
    const wants = batch.map((entry) => ({ cid: entry.cid, scope: scopeOf(entry, scope) }));
    batch.forEach((entry) => {
      this.#blocks.ask(entry, answer, scopeOf(entry, scope));
    });
    lane.session
      .fetch(wants, async (cid, bytes) => {
        const isNews = await this.#blocks.take(cid, bytes, answer);
        if (!isNews) return;
        this.#headroom.received(bytes.length);
        this.#options.onSuccess(lane.peer, lane.received(bytes.length), bytes.length);
      })
      .then(
        () => {
          this.#blocks.ended(answer, true);
          lane.end(answer);
        },
        (error: unknown) => {
          this.#blocks.ended(answer, false);
          lane.end(answer);
          this.#dropFor(lane, error);
        },
      )
      .finally(() => {
        this.#pump();
      })
      .catch((error: unknown) => {
        this.#end(error);
      });
  }

  #dropFor(lane: Lane, error: unknown): void {
    if (!this.#lanes.delete(lane)) return;
    lane.close();
    if (this.isOver) return;
    // The node that stops is no fault of the peer's.
    if (this.#options.network?.stopped.aborted === true) this.#onStopped();
    else if (error instanceof GgenError) this.#end(error);
    else this.#judge(lane.candidate, error);
  }

  #judge(candidate: Candidate, error: unknown): void {
    const { onFailure, log } = this.#options;
    const { peer } = candidate;
    log.debug(`Peer ${peer} is not asked further: ${errorMessage(error)}`);
    if (errorName(error) === 'PeerLied') {
      onFailure(peer, 'lie');
      return;
    }
    if (errorName(error) === 'PeerBusy') {
      if (++candidate.busy >= BUSY_TRIES) return;
      candidate.notBefore = performance.now() + BUSY_MS;
    } else {
      onFailure(peer, 'late');
      if (++candidate.tries >= TRIES) return;
    }
    // Behind the others.
    this.#candidates.push(candidate);
  }

  /** Whether its peer has nothing of what nobody was asked for, and nothing else to do. */
  #isIdle(lane: Lane): boolean {
    const { unasked } = this.#blocks;
    return lane.answers.size === 0 && unasked.size > 0 && [...unasked].every(({ refused }) => refused.has(lane.peer));
  }

  /** Nobody has anything to do, and something is missing. While one is at work, what it lacks may be for the others. */
  #dropUseless(): void {
    if (this.#blocks.unasked.size === 0) return;
    if ([...this.#lanes].some((lane) => !this.#isIdle(lane))) return;
    for (const lane of this.#lanes) {
      this.#lanes.delete(lane);
      lane.close();
      this.#options.log.debug(`Peer ${lane.peer} does not have what is missing`);
      // It says that it serves the package.
      if (lane.bytes === 0) this.#options.onFailure(lane.peer, 'late');
    }
  }

  #giveUpOrLookFurther(network: BlockNetwork | undefined): void {
    if (this.#blocks.unasked.size === 0 || this.#lookup === 'running') return;
    if (network !== undefined && this.#lookup === 'none') {
      this.#lookup = 'running';
      void this.#findProviders(network);
      return;
    }
    if (network !== undefined && this.#candidates.length > 0) {
      this.#open(network);
      for (const lane of this.#lanes) this.#give(lane);
      return;
    }
    this.#end(unavailable([...this.#known], [...this.#blocks.unasked][0]?.key ?? this.#root.toString()));
  }

  async #findProviders(network: BlockNetwork): Promise<void> {
    const bound = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(LOOKUP_BOUND_MS)]);
    try {
      for await (const peer of network.findProviders(this.#root, bound)) {
        this.#learn(peer.toString());
        this.#pump();
      }
    } catch (error) {
      if (!this.isOver) this.#options.log.debug(`Asking the DHT for providers ended: ${errorMessage(error)}`);
    }
    await this.#learnMore(bound);
    this.#lookup = 'over';
    this.#pump();
  }

  /** A package may be known a moment before who serves it: where nobody is known at all, that is waited for. */
  async #learnMore(bound: AbortSignal): Promise<void> {
    const { moreProviders } = this.#options;
    if (moreProviders === undefined) return;
    while (!this.isOver) {
      for (const peer of moreProviders()) this.#learn(peer);
      if (this.#known.size > 0 || bound.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  #learn(peer: string): void {
    if (this.#known.has(peer)) return;
    this.#known.add(peer);
    this.#candidates.push(newCandidate(peer));
  }

  readonly #onStopped = (): void => {
    this.#end(
      new GgenError('NodeNotRunning', 'The node was stopped while the package was fetched. Start it and try again.'),
    );
  };

  #end(error: unknown): void {
    this.#failed.reject(error);
    this.close();
  }
}

function newCandidate(peer: string): Candidate {
  return { peer, tries: 0, busy: 0, notBefore: 0 };
}

function scopeOf({ cid, follow }: Entry, below: 'nodes' | 'tree'): 'block' | 'nodes' | 'tree' {
  return follow && cid.code === DAG_PB ? below : 'block';
}

function isFree({ asked, refused }: Entry, peer: string): boolean {
  return !refused.has(peer) && [...asked].every((answer) => answer.peer !== peer);
}

function unavailable(providers: readonly string[], cid: string): GgenError {
  return new GgenError('ContentUnavailable', unavailableText(providers.length), {
    details: { cid, providers },
  });
}

function unavailableText(providers: number): string {
  if (providers === 0) {
    return 'No connected peer serves this package. Try again when its publisher, or someone who installed it, is connected.';
  }
  const who =
    providers === 1
      ? 'The one peer that serves this package'
      : `None of the ${providers} peers that serve this package`;
  return `${who} ${providers === 1 ? 'did not send' : 'sent'} all of it. Try again later.`;
}

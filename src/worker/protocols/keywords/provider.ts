import { CID } from 'multiformats/cid';
import { errorMessage } from '../../../shared/errors.ts';
import type { ProvidedKey } from '../../catalog/tables/provided.ts';
import type { Task, TaskReport } from '../../maintenance/scheduler.ts';
import { provide, stopProviding } from '../../node/providers.ts';
import { isDueAgain } from '../again.ts';
import type { NetworkContext } from '../context.ts';
import { packageTokens, tokenKey } from './keyword-tokens.ts';

/** Provider records live for 48 h on other nodes. */
const AGAIN_MS = 12 * 60 * 60 * 1000;
/** Records that few peers took are repeated sooner: the routing table was small when they were made. */
const WEAK_AGAIN_MS = 60_000;
const WELL_KNOWN = 10;
/** Most keys of one node. Own packages come first, content roots before keywords. */
const MAX_KEYS = 4_000;
const MAX_RELEASES = 20;
const PARALLEL = 4;
const ONE_BOUND_MS = 20_000;
const NOBODY_THERE_MS = 2_000;
/**
 * Time between a change and telling the DHT of it: who is connected knows by then, by announcement, which a walk through the
 * DHT would only hold up; and what is published in a row is told together.
 */
const GATHER_MS = 2_000;
/** Longest pause while something is not told yet. */
const RETRY_MS = 15_000;

/**
 * Keeps this node in the DHT as a provider of what it serves: the content root of each release (docs/protocols/README.md),
 * and the tokens of each package (docs/protocols/keywords.md). What it no longer serves is withdrawn.
 */
export class Provider {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  /** Something that is served came, changed or went. */
  soon(): void {
    this.#context.scheduler.soon('provide', GATHER_MS);
  }

  task(): Task {
    return {
      name: 'provide',
      title: 'Tell the DHT what is served here',
      every: 10 * 60 * 1000,
      first: NOBODY_THERE_MS,
      bound: 5 * 60 * 1000,
      quiet: true,
      run: (signal) => this.#run(signal),
    };
  }

  async #run(signal: AbortSignal): Promise<TaskReport> {
    const { catalogue, node } = this.#context;
    const wanted = new Set(this.#keys());
    const known = catalogue.provided.all();
    let withdrawn = 0;
    for (const key of known.keys()) {
      if (wanted.has(key)) continue;
      await stopProviding(node, await keyCid(key), signal);
      catalogue.provided.remove(key);
      withdrawn++;
    }
    const due = [...wanted].filter((key) => this.#isDue(known.get(key)));
    if (due.length > 0 && node.peers().length === 0) return { detail: 'nobody is connected', again: NOBODY_THERE_MS };
    const untold = await this.#provideAll(due, signal);
    const detail = `${wanted.size - untold} of ${wanted.size} told, ${withdrawn} withdrawn`;
    const again = untold > 0 ? RETRY_MS : this.#anyWeak(wanted) ? WEAK_AGAIN_MS : undefined;
    return { detail, ...(again === undefined ? {} : { again }) };
  }

  /** Keys under which this node shall stand: `root:<cid>` and `keyword:<token>`. */
  #keys(): string[] {
    const { catalogue, paths } = this.#context;
    const roots: string[] = [];
    const tokens = new Set<string>();
    const here = [...catalogue.installs.list(), ...catalogue.kept.list()];
    for (const { publisher, name, mine } of catalogue.serving.list()) {
      const record = catalogue.packages.get(publisher, name)?.record;
      if (record === undefined) continue;
      if (mine) roots.push(...record.releases.slice(-MAX_RELEASES).map(({ root }) => root));
      else
        roots.push(...here.filter((one) => one.publisher === publisher && one.name === name).map(({ root }) => root));
      for (const token of packageTokens(name, record.metadata)) tokens.add(token);
      if (roots.length + tokens.size > MAX_KEYS) break;
    }
    const keywords = paths.has('keywords') ? [...tokens].map((token) => `keyword:${token}`) : [];
    return [...new Set(roots.map((root) => `root:${root}`)), ...keywords];
  }

  #isDue(last: ProvidedKey | undefined): boolean {
    if (last === undefined) return true;
    return isDueAgain(last.at, this.#isWeak(last) ? WEAK_AGAIN_MS : AGAIN_MS);
  }

  /** Taken by few, and there are more by now who could take it. */
  #isWeak({ peers }: ProvidedKey): boolean {
    return peers < Math.min(WELL_KNOWN, this.#context.node.peers().length);
  }

  #anyWeak(wanted: ReadonlySet<string>): boolean {
    return [...this.#context.catalogue.provided.all()].some(([key, last]) => wanted.has(key) && this.#isWeak(last));
  }

  /** Returns how many could not be told. */
  async #provideAll(keys: readonly string[], signal: AbortSignal): Promise<number> {
    const queue = [...keys];
    let untold = 0;
    const work = async (): Promise<void> => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        if (signal.aborted) untold++;
        else if (!(await this.#provide(key, signal))) untold++;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return untold;
  }

  async #provide(key: string, signal: AbortSignal): Promise<boolean> {
    const { node, catalogue, log } = this.#context;
    try {
      const bound = AbortSignal.any([signal, AbortSignal.timeout(ONE_BOUND_MS)]);
      const peers = await provide(node, await keyCid(key), bound);
      if (peers === 0) return false;
      catalogue.provided.save(key, { at: Date.now(), peers });
      return true;
    } catch (error) {
      log.debug(`Telling the DHT of ${key}: ${errorMessage(error)}`);
      return false;
    }
  }
}

async function keyCid(key: string): Promise<CID> {
  const separator = key.indexOf(':');
  const value = key.slice(separator + 1);
  return key.startsWith('keyword:') ? tokenKey(value) : CID.parse(value);
}

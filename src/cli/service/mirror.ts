import type { Engine } from '../../shared/api.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { KeptRelease, PackageSummary } from '../../shared/model.ts';
import { bytes } from '../output/units.ts';
import type { PeerEvent } from './events.ts';
import type { PeerLog } from './log.ts';
import type { Selection } from './selection.ts';

const PAGE = 500;
/** What could not be had is tried again after this time, which doubles each time: its publisher may be about to leave. */
const RETRY_MS = { first: 500, longest: 60_000 } as const;
/** Longest time for one release. */
const BOUND_MS = 30 * 60 * 1_000;

interface MirrorOptions {
  readonly engine: Engine;
  readonly log: PeerLog;
  readonly tell: (event: PeerEvent) => void;
}

/** A release that is to be kept. */
interface Wanted {
  readonly id: string;
  readonly version: string;
  readonly size: number;
}

/**
 * Keeps the newest release of each selected package here, every block verified, and serves it on: at the start, whenever a
 * record comes, and again later what could not be had. Releases that a newer one replaced stay as long as there is room.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #stopped = new AbortController();
  readonly #end: () => void;
  /** Releases that did not fit, so that it is said once. */
  readonly #refused = new Set<string>();
  #selection: Selection;
  #running: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #pause: number = RETRY_MS.first;

  constructor(options: MirrorOptions, selection: Selection) {
    this.#options = options;
    this.#selection = selection;
    this.#end = options.engine.subscribe('packages', () => {
      this.look();
    });
  }

  /** Mirror other packages from now on. What was kept stays. */
  select(selection: Selection): void {
    this.#selection = selection;
    this.#refused.clear();
    this.look();
  }

  /** Look for what is missing, now or as soon as the present round is over. */
  look(): void {
    if (this.#stopped.signal.aborted) return;
    this.#again = true;
    this.#running ??= this.#rounds().finally(() => {
      this.#running = undefined;
    });
  }

  /** What is being fetched is given up; its blocks stay for the next time. */
  async stop(): Promise<void> {
    this.#stopped.abort(new DOMException('Stopped.', 'AbortError'));
    clearTimeout(this.#timer);
    this.#end();
    await this.#running;
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#isStopped()) {
      this.#again = false;
      clearTimeout(this.#timer);
      try {
        if (await this.#round()) this.#pause = RETRY_MS.first;
        else this.#later();
      } catch (error) {
        if (this.#isStopped()) return;
        this.#options.log.say('warn', `Mirroring was interrupted: ${errorMessage(error)}`);
        this.#later();
      }
    }
  }

  #later(): void {
    this.#timer = setTimeout(() => {
      this.look();
    }, this.#pause);
    this.#timer.unref();
    this.#pause = Math.min(2 * this.#pause, RETRY_MS.longest);
  }

  /** Returns whether everything that could be wanted is here. */
  async #round(): Promise<boolean> {
    const kept = await this.#options.engine.kept({});
    const here = new Set(kept.map(({ id, version }) => `${id}@${version}`));
    let complete = true;
    for (const wanted of await this.#selected()) {
      this.#stopped.signal.throwIfAborted();
      if (here.has(nameOf(wanted))) continue;
      if (!(await this.#makeRoom(wanted))) continue;
      if (!(await this.#keep(wanted))) complete = false;
    }
    return complete;
  }

  /** The newest release of each package that was selected. */
  async #selected(): Promise<Wanted[]> {
    const selected: Wanted[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#options.engine.listPackages({ section: 'network', offset, limit: PAGE });
      for (const summary of page.packages) {
        if (this.#selection(summary)) selected.push(...newestOf(summary));
      }
      if (page.packages.length < PAGE) return selected;
    }
  }

  /** Let go of what newer releases replaced, the oldest first, until the release fits. Returns whether it does. */
  async #makeRoom(wanted: Wanted): Promise<boolean> {
    const { engine, log } = this.#options;
    const { storage } = await engine.status({});
    const kept = await engine.kept({});
    // What is pinned was found a while ago; what was kept since is counted by what it says of itself.
    let taken = Math.max(
      storage.pinned,
      kept.reduce((sum, { size }) => sum + size, 0),
    );
    const newest = new Map((await this.#selected()).map(({ id, version }) => [id, version]));
    const replaced = kept.filter(({ id, version }) => newest.has(id) && newest.get(id) !== version).sort(byAge);
    while (taken + wanted.size > storage.quota) {
      const oldest = replaced.shift();
      if (oldest === undefined) {
        this.#refuse(wanted, storage.quota);
        return false;
      }
      await engine.unkeep({ id: oldest.id, version: oldest.version });
      log.say('info', `Let go of ${nameOf(oldest)}, which a newer release replaced, to make room`);
      taken -= oldest.size;
    }
    return true;
  }

  #refuse(wanted: Wanted, quota: number): void {
    if (this.#refused.has(nameOf(wanted))) return;
    this.#refused.add(nameOf(wanted));
    const sizes = `${bytes(wanted.size)} more than what is kept do not fit into ${bytes(quota)}`;
    this.#options.log.say('warn', `${nameOf(wanted)} is not mirrored: ${sizes}. Raise the quota.`);
  }

  /** Returns whether it is here now. */
  async #keep({ id, version }: Wanted): Promise<boolean> {
    const { engine, log, tell } = this.#options;
    try {
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(BOUND_MS)]);
      const { files, size } = await engine.keep({ id, version }, { signal });
      tell({ event: 'mirrored', id, version, files, size });
      log.say('info', `Mirrored ${id}@${version} (${files} files, ${bytes(size)})`);
      return true;
    } catch (error) {
      if (this.#stopped.signal.aborted) return false;
      const level = errorName(error) === 'ContentUnavailable' ? 'info' : 'warn';
      log.say(level, `${id}@${version} could not be mirrored yet: ${errorMessage(error)}`);
      return false;
    }
  }
}

function newestOf({ id, latest, size }: PackageSummary): Wanted[] {
  return latest === undefined ? [] : [{ id, version: latest, size }];
}

function nameOf({ id, version }: { readonly id: string; readonly version: string }): string {
  return `${id}@${version}`;
}

function byAge(a: KeptRelease, b: KeptRelease): number {
  return a.keptAt - b.keptAt;
}

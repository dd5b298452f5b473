import type { Engine } from '../../shared/api/index.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { KeptRelease, PackageSummary } from '../../shared/model.ts';
import { bytes } from '../output/units.ts';
import type { PeerEvent } from './events.ts';
import type { PeerLog } from './log.ts';
import type { Selection } from './selection.ts';

const PAGE_SIZE = 500;
/** Releases that could not be fetched are tried again after this time, which doubles each time. */
const RETRY_BACKOFF_MS = { initial: 500, max: 60_000 } as const;
/** Timeout of fetching one release. */
const RELEASE_TIMEOUT_MS = 30 * 60 * 1_000;

export type MirrorEngine = Pick<Engine, 'subscribe' | 'status' | 'listPackages' | 'kept' | 'keep' | 'unkeep'>;

interface MirrorOptions {
  readonly engine: MirrorEngine;
  readonly log: PeerLog;
  readonly notify: (event: PeerEvent) => void;
}

/** A release to keep. */
interface MirrorTarget {
  readonly id: string;
  readonly version: string;
  readonly size: number;
}

/**
 * Keeps and seeds the newest release of each selected package. It scans at the start, when a record arrives, and again
 * for releases that could not be fetched. Replaced releases stay while there is space.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #stopped = new AbortController();
  readonly #unsubscribe: () => void;
  /** Releases that did not fit, so that each is reported once. */
  readonly #tooLarge = new Set<string>();
  #selection: Selection;
  #running: Promise<void> | undefined;
  #rescan = false;
  #timer: NodeJS.Timeout | undefined;
  #backoffMs: number = RETRY_BACKOFF_MS.initial;

  constructor(options: MirrorOptions, selection: Selection) {
    this.#options = options;
    this.#selection = selection;
    this.#unsubscribe = options.engine.subscribe('packages', () => {
      this.requestScan();
    });
  }

  /** Select other packages. Releases that are kept already stay. */
  select(selection: Selection): void {
    this.#selection = selection;
    this.#tooLarge.clear();
    this.requestScan();
  }

  /** Scan for missing releases, now or after the running scan. */
  requestScan(): void {
    if (this.#stopped.signal.aborted) return;
    this.#rescan = true;
    this.#running ??= this.#runScans().finally(() => {
      this.#running = undefined;
    });
  }

  /** Abort a running fetch; the blocks that it got stay. */
  async stop(): Promise<void> {
    this.#stopped.abort(new DOMException('Stopped.', 'AbortError'));
    clearTimeout(this.#timer);
    this.#unsubscribe();
    await this.#running;
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #runScans(): Promise<void> {
    while (this.#rescan && !this.#isStopped()) {
      this.#rescan = false;
      clearTimeout(this.#timer);
      try {
        if (await this.#scan()) this.#backoffMs = RETRY_BACKOFF_MS.initial;
        else this.#scheduleRetry();
      } catch (error) {
        if (this.#isStopped()) return;
        this.#options.log.log('warn', `Mirroring was interrupted: ${errorMessage(error)}`);
        this.#scheduleRetry();
      }
    }
  }

  #scheduleRetry(): void {
    this.#timer = setTimeout(() => {
      this.requestScan();
    }, this.#backoffMs);
    this.#timer.unref();
    this.#backoffMs = Math.min(2 * this.#backoffMs, RETRY_BACKOFF_MS.max);
  }

  /** Returns whether nothing is left to fetch. */
  async #scan(): Promise<boolean> {
    const kept = await this.#options.engine.kept({});
    const keptNames = new Set(kept.map(({ id, version }) => `${id}@${version}`));
    let complete = true;
    for (const target of await this.#selected()) {
      this.#stopped.signal.throwIfAborted();
      if (keptNames.has(nameOf(target))) continue;
      if (!(await this.#makeRoom(target))) continue;
      if (!(await this.#keep(target))) complete = false;
    }
    return complete;
  }

  /** The newest release of each selected package. */
  async #selected(): Promise<MirrorTarget[]> {
    const selected: MirrorTarget[] = [];
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = await this.#options.engine.listPackages({ section: 'network', offset, limit: PAGE_SIZE });
      for (const summary of page.packages) {
        if (this.#selection(summary)) selected.push(...newestOf(summary));
      }
      if (page.packages.length < PAGE_SIZE) return selected;
    }
  }

  /** Unkeep replaced releases, the oldest first, until the release fits. Returns whether it fits. */
  async #makeRoom(target: MirrorTarget): Promise<boolean> {
    const { engine, log } = this.#options;
    const { storage } = await engine.status({});
    const kept = await engine.kept({});
    // The pinned size is as of the last collection, so releases that were kept since count by their declared size.
    let usedBytes = Math.max(
      storage.pinned,
      kept.reduce((sum, { size }) => sum + size, 0),
    );
    const newest = new Map((await this.#selected()).map(({ id, version }) => [id, version]));
    const replaced = kept.filter(({ id, version }) => newest.has(id) && newest.get(id) !== version).sort(byAge);
    while (usedBytes + target.size > storage.quota) {
      const oldest = replaced.shift();
      if (oldest === undefined) {
        this.#reportTooLarge(target, storage.quota);
        return false;
      }
      await engine.unkeep({ id: oldest.id, version: oldest.version });
      log.log('info', `Removed ${nameOf(oldest)}, which was replaced by a newer release, to make room`);
      usedBytes -= oldest.size;
    }
    return true;
  }

  #reportTooLarge(target: MirrorTarget, quota: number): void {
    if (this.#tooLarge.has(nameOf(target))) return;
    this.#tooLarge.add(nameOf(target));
    const sizes = `another ${bytes(target.size)} would exceed the quota of ${bytes(quota)}`;
    this.#options.log.log('warn', `${nameOf(target)} is not mirrored: ${sizes}. Increase the quota.`);
  }

  /** Returns whether the release was fetched and kept. */
  async #keep({ id, version }: MirrorTarget): Promise<boolean> {
    const { engine, log, notify } = this.#options;
    try {
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(RELEASE_TIMEOUT_MS)]);
      const { files, size } = await engine.keep({ id, version }, { signal });
      notify({ event: 'mirrored', id, version, files, size });
      log.log('info', `Mirrored ${id}@${version} (${files} files, ${bytes(size)})`);
      return true;
    } catch (error) {
      if (this.#stopped.signal.aborted) return false;
      const level = errorName(error) === 'ContentUnavailable' ? 'info' : 'warn';
      log.log(level, `Could not mirror ${id}@${version} yet: ${errorMessage(error)}`);
      return false;
    }
  }
}

function newestOf({ id, latest, size }: PackageSummary): MirrorTarget[] {
  return latest === undefined ? [] : [{ id, version: latest, size }];
}

function nameOf({ id, version }: { readonly id: string; readonly version: string }): string {
  return `${id}@${version}`;
}

function byAge(a: KeptRelease, b: KeptRelease): number {
  return a.keptAt - b.keptAt;
}

import { GgenError } from '../../shared/errors.ts';
import type { CleanUpReport, StorageUsage } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { GarbageCollector } from '../blocks/garbage-collector.ts';
import { localSize } from '../blocks/local-blocks.ts';
import type { PeriodicTask } from '../maintenance/scheduler.ts';
import { Leases } from './leases.ts';
import type { Lease } from './leases.ts';

const MINUTE_MS = 60_000;

/** The task's name. */
export const STORAGE_TASK = 'storage';

export interface RetentionOptions {
  readonly catalog: Pick<Catalog, 'packages' | 'installs' | 'kept'>;
  readonly blocks: BlockStore;
  /** Bytes that the blocks may take. */
  readonly quota: () => number;
  /** What is pinned may have changed. */
  readonly onChange: () => void;
}

/**
 * What of the content stays: everything below the roots of what was published, installed or kept here, and what something
 * works with. The rest may stay as long as it fits into the quota.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #leases: Leases;
  readonly #collector: GarbageCollector;
  /** Bytes that are yet to come, by who asked for room. */
  readonly #reservations = new Map<symbol, () => number>();
  /** What there was, and what was pinned, when the task last found nothing to do. */
  #lastIdleState: string | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#leases = new Leases(() => {
      options.blocks.trackTouched(this.#leases.roots().length > 0);
      options.onChange();
    });
    this.#collector = new GarbageCollector(options.blocks, {
      pinned: () => this.pinnedRoots(),
      leased: () => this.#leases.roots(),
    });
  }

  /** Nothing below this root (a CID or its text) is removed until the returned function is called. */
  lease(root: { toString(): string }): Lease {
    return this.#leases.lease(root);
  }

  /**
   * Hold a root whose content is about to come, and make room for it: what nobody pinned goes, the least recently used
   * first.
   *
   * @param size bytes of the whole content; what is here already needs no room
   * @throws GgenError QuotaExceeded
   */
  async reserve(root: string, size: number, signal: AbortSignal): Promise<Lease> {
    const lease = this.lease(root);
    const token = Symbol(root);
    const release = (): void => {
      this.#reservations.delete(token);
      lease();
    };
    try {
      await this.#reserveSpace(token, root, size, signal);
      return Object.assign(release, { [Symbol.dispose]: release });
    } catch (error) {
      release();
      throw error;
    }
  }

  usage(): StorageUsage {
    const { size, index } = this.#options.blocks;
    const { pinnedBytes, damagedCount } = index;
    return {
      ...size,
      pinned: pinnedBytes,
      evictable: size.bytes - pinnedBytes,
      quota: this.#options.quota(),
      damaged: damagedCount,
    };
  }

  /** What is pinned has changed. */
  pinsChanged(): void {
    this.#options.onChange();
  }

  /** Looks at what is pinned, and removes what is too much for the quota. */
  task(): PeriodicTask {
    return {
      name: STORAGE_TASK,
      title: 'Keep stored packages within the quota',
      intervalMs: 10 * MINUTE_MS,
      initialDelayMs: MINUTE_MS,
      timeoutMs: 30 * MINUTE_MS,
      run: async (signal) => ({ detail: taskDetail(await this.#enforceQuota(signal), this.usage()) }),
    };
  }

  /** Remove everything that nobody pinned or works with. */
  async cleanUp(signal: AbortSignal, onProgress: (removed: number) => void): Promise<CleanUpReport> {
    const { blocks, bytes } = await this.#collector.collect(0, signal, onProgress);
    return { blocks, bytes };
  }

  pinnedRoots(): string[] {
    const { packages, installs, kept } = this.#options.catalog;
    return [
      ...new Set([
        ...packages.listOwn().flatMap(({ record }) => record.releases.map(({ root }) => root)),
        ...installs.list().map(({ root }) => root),
        ...kept.list().map(({ root }) => root),
      ]),
    ];
  }

  async #enforceQuota(signal: AbortSignal): Promise<CleanUpReport> {
    const { blocks, quota } = this.#options;
    const state = (): string => [blocks.changeCount, ...this.pinnedRoots()].join(' ');
    // Nothing came, went or was pinned since the last look: another one would find the same.
    if (this.#lastIdleState === state() && blocks.size.bytes <= quota()) return { blocks: 0, bytes: 0 };
    const before = state();
    const collected = await this.#collector.collect(quota(), signal);
    if (collected.blocks === 0) this.#lastIdleState = before;
    return collected;
  }

  async #reserveSpace(token: symbol, root: string, size: number, signal: AbortSignal): Promise<void> {
    const { blocks, quota } = this.#options;
    const others = (): number => [...this.#reservations.values()].reduce((sum, bytes) => sum + bytes(), 0);
    let needed = size;
    const free = (): number => quota() - blocks.size.bytes - others();
    if (free() < needed) {
      needed = Math.max(0, size - (await localSize(parseRootCid(root), blocks, signal)));
      if (free() < needed) await this.#collector.collect(Math.max(0, quota() - others() - needed), signal);
      if (free() < needed) throw quotaExceeded(needed, this.usage());
    }
    const before = blocks.size.bytes;
    this.#reservations.set(token, () => Math.max(0, needed - Math.max(0, blocks.size.bytes - before)));
  }
}

function quotaExceeded(needed: number, { quota, pinned }: StorageUsage): GgenError {
  return new GgenError(
    'QuotaExceeded',
    `There is no room for another ${megabytes(needed)}: packages can use ${megabytes(quota)}, and those that you published, installed, or keep offline use ${megabytes(pinned)}. Increase the ggen.content.quota setting, or uninstall or stop keeping a package.`,
    { details: { needed, quota, pinned } },
  );
}

function taskDetail({ bytes }: CleanUpReport, usage: StorageUsage): string {
  const { pinned, quota } = usage;
  return `${megabytes(usage.bytes)} of ${megabytes(quota)}, ${megabytes(pinned)} pinned, ${megabytes(bytes)} removed`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

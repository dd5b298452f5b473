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
/** Garbage collection interval. A changed pin or a full quota starts a collection earlier. */
const COLLECTION_INTERVAL_MS = 10 * MINUTE_MS;

/** Name of the periodic task. */
export const STORAGE_TASK = 'storage';

export interface RetentionOptions {
  readonly catalog: Pick<Catalog, 'packages' | 'installs' | 'kept'>;
  readonly blocks: BlockStore;
  /** Maximum size of all blocks, in bytes. */
  readonly quota: () => number;
  /** Called when pins or leases may have changed. */
  readonly onChange: () => void;
}

/**
 * Decides which content stays. Blocks below the roots of published, installed and kept releases are pinned, and blocks
 * of operations in progress are leased; all others stay as long as they fit into the quota.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #leases: Leases;
  readonly #collector: GarbageCollector;
  /** Bytes that each reservation still needs. */
  readonly #reservations = new Map<symbol, () => number>();
  /** Blocks and pinned roots when the task last found nothing to remove. */
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

  /** Protects every block below a root (a CID or its text) until the lease is released. */
  lease(root: { toString(): string }): Lease {
    return this.#leases.lease(root);
  }

  /** Leases several roots until the one lease is released. */
  leaseAll(roots: readonly { toString(): string }[]): Lease {
    return this.#leases.leaseAll(roots);
  }

  /**
   * Leases a root whose content is about to be stored, and makes room for it: removes blocks that are not pinned, least
   * recently used first.
   *
   * @param size bytes of the whole content; blocks that are stored already need no room
   * @throws GgenError QuotaExceeded; the reason of the signal
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

  /** To be called when pins have changed. */
  pinsChanged(): void {
    this.#options.onChange();
  }

  /** The periodic task that marks pinned blocks, and removes blocks above the quota. */
  task(): PeriodicTask {
    return {
      name: STORAGE_TASK,
      title: 'Keep stored packages within the quota',
      intervalMs: COLLECTION_INTERVAL_MS,
      initialDelayMs: MINUTE_MS,
      timeoutMs: 30 * MINUTE_MS,
      run: async (signal) => ({ detail: taskDetail(await this.#enforceQuota(signal), this.usage()) }),
    };
  }

  /**
   * Removes every block that is neither pinned nor leased.
   *
   * @param onProgress called with the bytes removed so far
   */
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
    // No block or pin changed since the last run: this one would find the same.
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
    `There is no room for another ${megabytes(needed)}: packages can use ${megabytes(quota)}, and those that you published, installed, or keep offline use ${megabytes(pinned)}. Increase the quota (ggen.content.quota, or --quota on the command line), or uninstall or stop keeping a package.`,
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

import { GgenError } from '../../shared/errors.ts';
import type { CleanUpReport, StorageUsage } from '../../shared/model.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { BlockFiles } from '../blocks/blocks.ts';
import { parseRoot } from '../blocks/blocks.ts';
import { Collector } from '../blocks/collector.ts';
import { localSize } from '../blocks/local-size.ts';
import type { Task } from '../maintenance/scheduler.ts';
import { Holds } from './holds.ts';
import type { Hold } from './holds.ts';

const MINUTE = 60_000;

/** The task's name. */
export const STORAGE_TASK = 'storage';

export interface RetentionOptions {
  readonly catalogue: Catalogue;
  readonly blocks: BlockFiles;
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
  readonly #holds: Holds;
  readonly #collector: Collector;
  /** Bytes that are yet to come, by who asked for room. */
  readonly #expected = new Map<symbol, () => number>();
  /** What there was, and what was pinned, when the task last found nothing to do. */
  #settled: string | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#holds = new Holds(() => {
      options.blocks.inUse(this.#holds.roots().length > 0);
      options.onChange();
    });
    this.#collector = new Collector(options.blocks, {
      pinned: () => this.pinnedRoots(),
      held: () => this.#holds.roots(),
    });
  }

  /** Nothing below this root (a CID or its text) is removed until the returned function is called. */
  hold(root: { toString(): string }): Hold {
    return this.#holds.hold(root);
  }

  /**
   * Hold a root whose content is about to come, and make room for it: what nobody pinned goes, the least recently used
   * first.
   *
   * @param size bytes of the whole content; what is here already needs no room
   * @throws GgenError QuotaExceeded
   */
  async reserve(root: string, size: number, signal: AbortSignal): Promise<Hold> {
    const held = this.hold(root);
    const token = Symbol(root);
    const letGo = (): void => {
      this.#expected.delete(token);
      held();
    };
    try {
      await this.#makeRoom(token, root, size, signal);
      return Object.assign(letGo, { [Symbol.dispose]: letGo });
    } catch (error) {
      letGo();
      throw error;
    }
  }

  usage(): StorageUsage {
    const { size, index } = this.#options.blocks;
    const { pinnedBytes, damaged } = index;
    return {
      ...size,
      pinned: pinnedBytes,
      evictable: size.bytes - pinnedBytes,
      quota: this.#options.quota(),
      damaged,
    };
  }

  /** What is pinned has changed. */
  changed(): void {
    this.#options.onChange();
  }

  /** Looks at what is pinned, and removes what is too much for the quota. */
  task(): Task {
    return {
      name: STORAGE_TASK,
      title: 'Keep the stored packages within their quota',
      every: 10 * MINUTE,
      first: MINUTE,
      bound: 30 * MINUTE,
      run: async (signal) => ({ detail: detail(await this.#trim(signal), this.usage()) }),
    };
  }

  /** Remove everything that nobody pinned or works with. */
  async cleanUp(signal: AbortSignal, onProgress: (removed: number) => void): Promise<CleanUpReport> {
    const { blocks, bytes } = await this.#collector.collect(0, signal, onProgress);
    return { blocks, bytes };
  }

  pinnedRoots(): string[] {
    const { packages, installs, kept } = this.#options.catalogue;
    return [
      ...new Set([
        ...packages.own().flatMap(({ record }) => record.releases.map(({ root }) => root)),
        ...installs.list().map(({ root }) => root),
        ...kept.list().map(({ root }) => root),
      ]),
    ];
  }

  async #trim(signal: AbortSignal): Promise<CleanUpReport> {
    const { blocks, quota } = this.#options;
    const state = (): string => [blocks.changes, ...this.pinnedRoots()].join(' ');
    // Nothing came, went or was pinned since the last look: another one would find the same.
    if (this.#settled === state() && blocks.size.bytes <= quota()) return { blocks: 0, bytes: 0 };
    const before = state();
    const collected = await this.#collector.collect(quota(), signal);
    if (collected.blocks === 0) this.#settled = before;
    return collected;
  }

  async #makeRoom(token: symbol, root: string, size: number, signal: AbortSignal): Promise<void> {
    const { blocks, quota } = this.#options;
    const others = (): number => [...this.#expected.values()].reduce((sum, bytes) => sum + bytes(), 0);
    let needed = size;
    const free = (): number => quota() - blocks.size.bytes - others();
    if (free() < needed) {
      needed = Math.max(0, size - (await localSize(parseRoot(root), blocks, signal)));
      if (free() < needed) await this.#collector.collect(Math.max(0, quota() - others() - needed), signal);
      if (free() < needed) throw full(needed, this.usage());
    }
    const before = blocks.size.bytes;
    this.#expected.set(token, () => Math.max(0, needed - Math.max(0, blocks.size.bytes - before)));
  }
}

function full(needed: number, { quota, pinned }: StorageUsage): GgenError {
  return new GgenError(
    'QuotaExceeded',
    `There is no room for another ${megabytes(needed)}: packages may take ${megabytes(quota)}, and those that you published, installed or keep offline take ${megabytes(pinned)}. Raise the setting ggen.content.quota, or uninstall or stop keeping a package.`,
    { details: { needed, quota, pinned } },
  );
}

function detail({ bytes }: CleanUpReport, usage: StorageUsage): string {
  const { pinned, quota } = usage;
  return `${megabytes(usage.bytes)} of ${megabytes(quota)}, ${megabytes(pinned)} pinned, ${megabytes(bytes)} removed`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

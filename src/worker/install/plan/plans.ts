import { randomUUID } from 'node:crypto';
import { BoundedCache } from '../../../shared/bounded-cache.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallPlan, PlannedPackage } from '../../../shared/model.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';

/** What exists at the path of a package. */
export interface ExistingTarget {
  /** Root of the release that is installed there; absent when none is, or when its files are to be restored. */
  readonly previous?: string;
  /** Root of the release that this machine installed there, as far as it remembers. */
  readonly recorded?: string;
  readonly before: Swap['before'];
}

/** A package of a plan, with what exists at its path. */
export interface PlanStep {
  readonly planned: PlannedPackage;
  readonly existing: ExistingTarget;
}

/** A plan and the state it was made for; it is applied only while that state is unchanged. */
export interface StoredPlan {
  readonly plan: InstallPlan;
  readonly steps: readonly PlanStep[];
  readonly lockBefore: string | undefined;
  /** Undefined when there is no lock file and none is needed. */
  readonly lockAfter: string | undefined;
  /** Bytes that came from peers while the plan was made, by content root. */
  readonly received: ReadonlyMap<string, number>;
}

/** A plan that is older, or the least recently used of more plans, is dropped: its caller is gone. */
const MAX_PLANS = 50;
const PLAN_LIFETIME_MS = 60 * 60 * 1000;

/** Plans that are not applied yet. */
export class Plans {
  readonly #plans = new BoundedCache<StoredPlan>({ maxEntries: MAX_PLANS, ttlMs: PLAN_LIFETIME_MS });

  add(stored: Omit<StoredPlan, 'plan'> & { readonly plan: Omit<InstallPlan, 'plan'> }): InstallPlan {
    const plan = { ...stored.plan, plan: randomUUID() };
    this.#plans.set(plan.plan, { ...stored, plan });
    return plan;
  }

  /** @throws GgenError PlanOutdated */
  get(id: string): StoredPlan {
    const found = this.#plans.get(id);
    if (found !== undefined) return found;
    throw new GgenError('PlanOutdated', 'This plan has expired. Try again.', { details: { plan: id } });
  }

  delete(id: string): void {
    this.#plans.delete(id);
  }
}

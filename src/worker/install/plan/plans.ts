import { randomUUID } from 'node:crypto';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallPlan, PlannedPackage } from '../../../shared/model.ts';
import type { Swap } from '../../catalog/tables/install-transactions.ts';

/** What was found at the place of a package. */
export interface ExistingTarget {
  /** Root of the release that stands there; absent when none does. */
  readonly previous?: string;
  readonly before: Swap['before'];
}

/** A package of a plan, with what was found at its place. */
export interface PlanStep {
  readonly planned: PlannedPackage;
  readonly existing: ExistingTarget;
}

/** A plan with what it was made for: it is applied only while that still holds. */
export interface StoredPlan {
  readonly plan: InstallPlan;
  readonly steps: readonly PlanStep[];
  readonly lockBefore: string | undefined;
  /** Undefined when there is none and nothing to write into one. */
  readonly lockAfter: string | undefined;
}

/** Plans that are remembered, and for how long: whoever made older ones went away. */
const MAX_PLANS = 50;
const PLAN_LIFETIME_MS = 60 * 60 * 1000;

/** The plans that were made and not yet applied. */
export class Plans {
  readonly #plans = new Map<string, { readonly stored: StoredPlan; readonly expiresAt: number }>();

  add(stored: Omit<StoredPlan, 'plan'> & { readonly plan: Omit<InstallPlan, 'plan'> }): InstallPlan {
    const plan = { ...stored.plan, plan: randomUUID() };
    this.#plans.set(plan.plan, { stored: { ...stored, plan }, expiresAt: performance.now() + PLAN_LIFETIME_MS });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    return plan;
  }

  /** @throws GgenError PlanOutdated */
  get(id: string): StoredPlan {
    const found = this.#plans.get(id);
    if (found !== undefined && found.expiresAt > performance.now()) return found.stored;
    throw new GgenError('PlanOutdated', 'This plan is no longer known. Make it again.', { details: { plan: id } });
  }

  delete(id: string): void {
    this.#plans.delete(id);
  }
}

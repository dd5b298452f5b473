import type { Services } from './services.ts';
import type { Views } from './views/views.ts';

/** Return value of `activate` for tests that run in the extension host; an installed extension returns undefined. */
export interface TestHooks {
  /** Duration of `activate` in milliseconds. */
  readonly activationMs: number;
  readonly services: Services;
  readonly views: Views;
}

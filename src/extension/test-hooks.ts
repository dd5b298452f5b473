import type { Services } from './services.ts';
import type { Views } from './views/views.ts';

/** What `activate` hands to the tests that run in the extension host; never exported by an installed extension. */
export interface TestHooks {
  /** Of `activate`, in milliseconds. */
  readonly activationMs: number;
  readonly services: Services;
  readonly views: Views;
}

import type { ViewState } from '../../shared/contributions.ts';
import type { Localize } from './localize.ts';

/** A short text for the state. */
export function stateText(state: ViewState, t: Localize): string {
  const texts: Record<ViewState, string> = {
    stopped: t('stopped'),
    starting: t('starting…'),
    running: t('running'),
    stopping: t('stopping…'),
    restarting: t('restarting after a crash…'),
    failed: t('failed'),
  };
  return texts[state];
}

import { clockDifference } from '../../shared/clock-text.ts';
import type { ClockComparison } from '../../shared/model.ts';
import { countPeers } from './format.ts';
import type { Localize } from './localize.ts';

/** How this computer's clock differs from those of connected peers. */
export function clockMessage({ ahead, peers }: ClockComparison, t: Localize): string {
  const difference = clockDifference(ahead);
  return ahead < 0
    ? t("This computer's clock is {0} behind {1}.", difference, countPeers(peers, t))
    : t("This computer's clock is {0} ahead of {1}.", difference, countPeers(peers, t));
}

import { clockText, isClockWrong } from '../../../shared/clock-text.ts';
import type { ClockComparison, Diagnostic } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** Warns when the clock differs so much from those of peers that either side rejects what the other signs. */
export function clockDiagnostics({ path }: Pick<Manifest, 'path'>, clock: ClockComparison | undefined): Diagnostic[] {
  if (clock === undefined || !isClockWrong(clock)) return [];
  const effect =
    clock.ahead > 0
      ? 'They would reject this release, because its time is in the future.'
      : 'The release would appear older than it is.';
  const message = `${clockText(clock)} ${effect} Set the clock before you publish.`;
  return [{ severity: 'warning', code: 'clock', message, path, line: 1, column: 1 }];
}

import { CLOCK_FINGERPRINT } from '../../shared/limits.ts';
import type { OptionSpec } from '../command-line/command-spec.ts';
import type { Flags } from '../command-line/flags.ts';
import { UsageError } from '../command-line/usage-error.ts';

/** Option of the commands that sign a record without a project. */
export const ACCEPT_CLOCK_OPTION: OptionSpec = {
  long: 'accept',
  value: 'WHAT',
  repeatable: true,
  complete: [CLOCK_FINGERPRINT],
  help: "'clock': sign although peers say that this computer's clock is ahead",
};

/** What the user accepted. @throws UsageError */
export function acceptedClock(flags: Flags): readonly string[] {
  const kinds = flags.texts('accept') ?? [];
  const unknown = kinds.find((kind) => kind !== CLOCK_FINGERPRINT);
  if (unknown !== undefined) throw new UsageError(`--accept takes '${CLOCK_FINGERPRINT}', not '${unknown}'.`);
  return kinds;
}

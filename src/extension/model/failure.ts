import type { GgenErrorName } from '../../shared/errors.ts';
import { errorName } from '../../shared/errors.ts';
import { errorText } from '../ui/error-text.ts';
import type { Localize } from '../ui/localize.ts';
import { plainText } from '../ui/plain-text.ts';

/** Reasons of a failed start for which the views have a text of their own; every other one is `other`. */
const NAMED: readonly GgenErrorName[] = ['DataDirInUse', 'NodeStartFailed'];

/** Why the engine or the node does not run. */
export interface Failure {
  /** For `when` clauses. */
  readonly reason: string;
  /** For the user. */
  readonly text: string;
}

export function failureOf(error: Error, t: Localize): Failure {
  const name = errorName(error);
  const reason = (NAMED as readonly string[]).includes(name) ? name : 'other';
  // How a worker ended is the reason itself; the table's text is for calls that were cut off by it.
  const own = name === 'EngineStopped' ? undefined : errorText(error, t)?.message;
  return { reason, text: own ?? plainText(error.message) };
}

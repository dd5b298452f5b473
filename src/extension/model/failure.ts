import type { GgenErrorName } from '../../shared/errors.ts';
import { errorName } from '../../shared/errors.ts';
import { errorText } from '../ui/error-text.ts';
import type { Localize } from '../ui/localize.ts';
import { plainText } from '../ui/plain-text.ts';

/** Failures with their own welcome text in the views; all others are `other`. */
const NAMED: readonly GgenErrorName[] = ['DataDirInUse', 'NodeStartFailed'];

/** Why the engine or the node is not running. */
export interface Failure {
  /** Value of the context key for `when` clauses. */
  readonly reason: string;
  /** Text for the user. */
  readonly text: string;
}

export function failureOf(error: Error, t: Localize): Failure {
  const name = errorName(error);
  const reason = (NAMED as readonly string[]).includes(name) ? name : 'other';
  // The table's text for EngineStopped is for interrupted calls; here the message has the actual reason.
  const own = name === 'EngineStopped' ? undefined : errorText(error, t)?.message;
  return { reason, text: own ?? plainText(error.message) };
}

/** Skipping what cannot be tested on this machine, with the reason in the report. */

import Mocha from 'mocha';

const WINDOWS = process.platform === 'win32';

/** What Windows has not, or has in another way. */
export type MissingOnWindows =
  'modes of files' | 'signals' | 'sockets among its files' | 'links without privileges' | 'such names';

/**
 * Skip a test, or in a hook every test of its suite, if the condition holds. Does not return then.
 *
 * @param reason stands behind the title in the report
 */
export function skipIf(context: Mocha.Context, condition: boolean, reason: string): void {
  if (!condition) return;
  const { test } = context;
  const explain = (one: Mocha.Runnable): void => {
    one.title += ` (skipped: ${reason})`;
  };
  if (test instanceof Mocha.Hook) test.parent?.eachTest(explain);
  else if (test !== undefined) explain(test);
  context.skip();
}

/** Skip on Windows, as `skipIf`. */
export function skipOnWindows(context: Mocha.Context, missing: MissingOnWindows): void {
  skipIf(context, WINDOWS, `Windows has no ${missing}`);
}

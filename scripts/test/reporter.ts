/** Mocha's own readable reporter, which also leaves the counts behind. */
import Mocha from 'mocha';
import { limitFailure, writeReport } from './report.ts';

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const failed: string[] = [];
    runner.on('fail', (test, error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failed.push(limitFailure(`${test.fullTitle()}\n${text}`.replaceAll('\n', '\n    ')));
    });
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      writeReport({ passed: passes, failed: failures, pending, failures: failed });
    });
  }
}

/** Mocha's own readable reporter, which also leaves the counts behind. */
import Mocha from 'mocha';
import { writeReport } from './report.ts';

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      writeReport({ passed: passes, failed: failures, pending });
    });
  }
}

/** Runs mocha in VS Code's extension host. */
import Mocha from 'mocha';
import { encodeHostEvent, type HostEvent } from './host-events.ts';

/** Default timeout of one test. */
const TIMEOUT_MS = 30_000;

/**
 * Run the tests that `load` defines.
 *
 * @throws Error when a test fails or there is none, so that VS Code exits with a non-zero code
 */
export async function runInHost(load: () => void): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: TIMEOUT_MS, reporter: Silent });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  if (mocha.suite.total() === 0) throw new Error('The suite for the extension host contains no test.');
  const failures = await new Promise<number>((resolve) => {
    report(mocha.run(resolve));
  });
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed.`);
}

/** Mocha requires a reporter; the results are sent as events instead. */
class Silent extends Mocha.reporters.Base {}

function report(runner: Mocha.Runner): void {
  let depth = 0;
  const sendEvent = (event: HostEvent): void => {
    console.log(encodeHostEvent(event));
  };
  runner.on('suite', (suite) => {
    if (!suite.root) sendEvent({ kind: 'suite', title: suite.title, depth: depth++ });
  });
  runner.on('suite end', (suite) => {
    if (!suite.root) depth--;
  });
  runner.on('pass', ({ title }) => {
    sendEvent({ kind: 'pass', title, depth });
  });
  runner.on('pending', ({ title }) => {
    sendEvent({ kind: 'pending', title, depth });
  });
  runner.on('fail', ({ title }, error: Error) => {
    sendEvent({ kind: 'fail', title, depth, error: error.stack ?? error.message });
  });
  runner.once('end', () => {
    sendEvent({ kind: 'end' });
  });
}

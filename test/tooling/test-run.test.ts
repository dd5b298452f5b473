import assert from 'node:assert/strict';
import { evaluateStep } from '../../scripts/test/run-step.ts';
import { TIERS, type Step } from '../../scripts/test/tiers.ts';
import { decodeHostEvent, encodeHostEvent } from '../editor/harness/host-events.ts';

const CHECK: Step = { title: 'Check', args: [] };
const TESTS: Step = { title: 'Tests', args: [], counts: true };

describe('the result of a test step', () => {
  it('counts a check as one test, by its exit code', () => {
    assert.deepEqual(evaluateStep(CHECK, 0, undefined), { passed: 1, failed: 0, pending: 0 });
    assert.deepEqual(evaluateStep(CHECK, 2, undefined), { passed: 0, failed: 1, pending: 0 });
  });

  it('takes the counts of tests as they are', () => {
    const report = { passed: 7, failed: 2, pending: 1 };
    assert.deepEqual(evaluateStep(TESTS, 2, report), report);
    assert.deepEqual(evaluateStep(TESTS, 0, { ...report, failed: 0 }), { ...report, failed: 0 });
  });

  it('fails a step that crashed, exited with an error, or ran no test', () => {
    assert.equal(evaluateStep(TESTS, 0, undefined).failed, 1);
    assert.equal(evaluateStep(TESTS, 1, { passed: 7, failed: 0, pending: 0 }).failed, 1);
    assert.equal(evaluateStep(TESTS, 0, { passed: 0, failed: 0, pending: 3 }).failed, 1);
  });
});

describe('the tiers', () => {
  it('have unique names', () => {
    assert.equal(new Set(TIERS.map(({ name }) => name)).size, TIERS.length);
  });
});

describe('event lines of the suite in the extension host', () => {
  it('are distinguished from other output, and decode to what was encoded', () => {
    const event = { kind: 'fail', title: 'a "title"', depth: 2, error: 'Error: x\n    at y' } as const;
    assert.deepEqual(decodeHostEvent(encodeHostEvent(event)), event);
    assert.deepEqual(decodeHostEvent(`[main 10:00] ${encodeHostEvent(event)}`), event);
    assert.equal(decodeHostEvent('any other line'), undefined);
  });
});

import assert from 'node:assert/strict';
import { RestartPolicy } from '../../../../src/extension/engine/restart-policy.ts';

describe('restarting a crashed engine', () => {
  it('waits 1, 2, 4, 8, 16 s, then stops restarting', () => {
    const policy = new RestartPolicy();
    const delays = Array.from({ length: 6 }, () => policy.crashed(10));
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
  });

  it('never waits longer than 30 s', () => {
    const policy = new RestartPolicy({ maxCrashes: 9 });
    const delays = Array.from({ length: 8 }, () => policy.crashed(10));
    assert.deepEqual(delays.slice(-3), [30_000, 30_000, 30_000]);
  });

  it('resets after the engine ran for a minute', () => {
    const policy = new RestartPolicy();
    policy.crashed(10);
    policy.crashed(10);
    assert.equal(policy.crashed(60_000), 1_000);
    assert.equal(policy.crashed(59_999), 2_000);
  });

  it('resets when the user restarts it', () => {
    const policy = new RestartPolicy({ maxCrashes: 2 });
    policy.crashed(10);
    assert.equal(policy.crashed(10), undefined);
    policy.reset();
    assert.equal(policy.crashed(10), 1_000);
  });
});

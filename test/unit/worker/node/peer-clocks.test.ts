import assert from 'node:assert/strict';
import { clockText, isClockAhead, isClockWrong } from '../../../../src/shared/clock-text.ts';
import { PeerClocks } from '../../../../src/worker/node/peer-clocks.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1_790_000_000_000;

/** Clocks of this machine that a test moves, and the comparison by them. */
function testClocks() {
  const time = { wall: NOW, monotonic: 0 };
  const clocks = new PeerClocks({ wall: () => time.wall, monotonic: () => time.monotonic });
  const pass = (milliseconds: number): void => {
    time.wall += milliseconds;
    time.monotonic += milliseconds;
  };
  return { time, clocks, pass };
}

/** Peers whose clocks this machine's is ahead of by so much. */
function compared(aheads: readonly number[]) {
  const { clocks } = testClocks();
  const peers = aheads.map((ahead, index) => {
    clocks.add(`peer-${index}`, NOW - ahead, 0);
    return `peer-${index}`;
  });
  return clocks.compare(peers);
}

describe('clocks of peers', () => {
  it('are compared by the median of connected peers, corrected by half of the round trip', () => {
    const { clocks } = testClocks();
    clocks.add('a', NOW - 50 - DAY_MS, 100);
    clocks.add('b', NOW - DAY_MS + SECOND_MS, 0);
    clocks.add('c', NOW - DAY_MS - SECOND_MS, 0);
    clocks.add('disconnected', NOW + DAY_MS, 0);
    assert.deepEqual(clocks.compare(['a', 'b', 'c', 'unknown']), { ahead: DAY_MS, peers: 3 });
    assert.equal(clocks.compare(['unknown']), undefined);
  });

  for (const [what, aheads, expected] of [
    ['one of two', [0, DAY_MS], 0],
    ['one of two that says behind', [2 * SECOND_MS, -DAY_MS], 2 * SECOND_MS],
    ['one of three', [-SECOND_MS, SECOND_MS, 365 * DAY_MS], SECOND_MS],
    ['two of five, on one side', [0, SECOND_MS, 2 * SECOND_MS, DAY_MS, DAY_MS], 2 * SECOND_MS],
    ['two of five, on both sides', [-DAY_MS, 0, SECOND_MS, 2 * SECOND_MS, DAY_MS], SECOND_MS],
    ['two of four', [0, SECOND_MS, DAY_MS, DAY_MS], SECOND_MS],
    ['half of six with absurd times', [0, 0, SECOND_MS, -NOW, -NOW, -NOW], 0],
  ] as const) {
    it(`are not moved beyond honest ones by ${what} that lies`, () => {
      assert.deepEqual(compared(aheads), { ahead: expected, peers: aheads.length });
    });
  }

  it('do not count when the answer was too slow, too old, or came before the clock was set', () => {
    const { time, clocks, pass } = testClocks();
    clocks.add('slow', NOW, MINUTE_MS);
    clocks.add('odd', NOW, -1);
    clocks.add('none', NOW, Number.NaN);
    assert.equal(clocks.compare(['slow', 'odd', 'none']), undefined);
    clocks.add('a', NOW - DAY_MS, 10);
    pass(5 * MINUTE_MS);
    assert.equal(clocks.compare(['a'])?.peers, 1);
    time.wall -= DAY_MS;
    assert.equal(clocks.compare(['a']), undefined, 'the user set the clock');
    clocks.add('a', time.wall, 10);
    assert.equal(clocks.compare(['a'])?.ahead, -5);
    time.wall += HOUR_MS;
    assert.equal(clocks.compare(['a']), undefined, 'the machine was suspended');
  });

  it('are bounded in number', () => {
    const { clocks } = testClocks();
    const peers = Array.from({ length: 1_000 }, (_, index) => `peer-${index}`);
    for (const peer of peers) clocks.add(peer, NOW, 0);
    assert.equal(clocks.compare(peers)?.peers, 256);
  });
});

describe('the text of a clock', () => {
  for (const [ahead, peers, text, wrong] of [
    [DAY_MS, 3, "This computer's clock is 24 h ahead of 3 peers.", true],
    [-15 * MINUTE_MS, 1, "This computer's clock is 15 min behind 1 peer.", true],
    [400 * DAY_MS, 2, "This computer's clock is 400 days ahead of 2 peers.", true],
    [3 * SECOND_MS, 2, "This computer's clock is 3 s ahead of 2 peers.", false],
    [10 * MINUTE_MS, 2, "This computer's clock is 10 min ahead of 2 peers.", false],
  ] as const) {
    it(text, () => {
      assert.equal(clockText({ ahead, peers }), text);
      assert.equal(isClockWrong({ ahead, peers }), wrong);
      assert.equal(isClockAhead({ ahead, peers }), wrong && ahead > 0);
    });
  }
});

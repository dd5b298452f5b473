import assert from 'node:assert/strict';
import { scoreLines } from '../../../../src/extension/ui/reputation-text.ts';
import type { ScoredPeer } from '../../../../src/extension/ui/reputation-text.ts';
import { peerIcon, standingMeaning, standingText } from '../../../../src/extension/ui/standing-text.ts';
import { taskIcon, taskLine } from '../../../../src/extension/ui/task-text.ts';
import type { PeerStanding, TaskStatus } from '../../../../src/shared/model.ts';
import { t } from '../localize.ts';

const time = (at: number): string => `<${at}>`;

describe('the standing of a peer', () => {
  const all: readonly PeerStanding[] = ['normal', 'trusted', 'ignored', 'banned'];

  it('has its own label, description and icon', () => {
    for (const read of [
      (standing: PeerStanding) => standingText({ standing }, t),
      (standing: PeerStanding) => standingMeaning(standing, t),
      (standing: PeerStanding) => peerIcon({ standing, connected: true }),
    ]) {
      assert.equal(new Set(all.map(read)).size, all.length);
    }
    assert.notEqual(
      peerIcon({ standing: 'normal', connected: false }),
      peerIcon({ standing: 'normal', connected: true }),
    );
  });

  it('shows when a ban expires', () => {
    const until = new Date(2026, 0, 2, 14, 2).getTime();
    assert.match(
      standingText({ standing: 'banned', standingUntil: until }, t, 'en-GB'),
      /^banned until 2 Jan 2026.*14:02$/,
    );
  });
});

describe('the explanation of a score', () => {
  const peer: ScoredPeer = {
    successes: 24,
    failures: 1,
    averageResponse: 12.4,
    verifiedPackages: 3,
    lastSeen: 5,
    reputationParts: { success: 0.48, responseTime: 0.25, availability: 0.045, recency: 0.1, proximity: 0 },
  };

  it('lists each component with its maximum', () => {
    assert.deepEqual(
      scoreLines(peer, t, time).map(({ label, value }) => `${label}: ${value}`),
      [
        'Responses: 0.48 of 0.50: 24 valid, 1 invalid or timed out',
        'Response time: 0.25 of 0.25: 12 ms on average',
        'Packages provided: 0.04 of 0.15: content of 3 packages verified',
        'Recency: 0.10 of 0.10: last seen <5>',
        'Proximity: 0.00 of 0.10: location unknown or far away',
      ],
    );
  });

  it('explains the initial score of a new peer', () => {
    const { reputationParts } = peer;
    const met: ScoredPeer = { successes: 0, failures: 0, verifiedPackages: 0, reputationParts };
    const lines = scoreLines(met, t, time).map(({ value }) => value);
    assert.match(lines[0] ?? '', /not queried yet, full score$/);
    assert.match(lines[1] ?? '', /no response measured yet$/);
    assert.match(lines[3] ?? '', /not seen yet$/);
  });
});

describe('a background task', () => {
  const task: TaskStatus = { name: 'save', title: 'Save', running: false };
  const line = (more: Partial<TaskStatus>): string => taskLine({ ...task, ...more }, t, time);

  it('shows its last run, the result, and the next run', () => {
    assert.equal(line({ next: 9 }), 'has not run yet · next at <9>');
    assert.equal(
      line({ lastRun: 1, duration: 20, result: 'ok', detail: '2 bans', next: 9 }),
      'ran at <1> · done (20 ms): 2 bans · next at <9>',
    );
    assert.equal(line({ lastRun: 1, result: 'failed', detail: 'no disk' }), 'ran at <1> · failed: no disk');
    assert.equal(line({ lastRun: 1, running: true, result: 'ok', next: 9 }), 'running now, since <1>');
  });

  it('has an icon for each state', () => {
    const icons = [{ running: true }, {}, { result: 'ok' as const }, { result: 'failed' as const }];
    assert.equal(new Set(icons.map((more) => taskIcon({ ...task, ...more }))).size, 4);
    assert.equal(taskIcon({ ...task, result: 'timed-out' }), taskIcon({ ...task, result: 'failed' }));
  });
});

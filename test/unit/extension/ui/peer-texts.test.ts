import assert from 'node:assert/strict';
import { scoreLines } from '../../../../src/extension/ui/reputation-text.ts';
import type { Judged } from '../../../../src/extension/ui/reputation-text.ts';
import { peerIcon, standingMeaning, standingText } from '../../../../src/extension/ui/standing.ts';
import { taskIcon, taskLine } from '../../../../src/extension/ui/task-text.ts';
import type { PeerStanding, TaskStatus } from '../../../../src/shared/model.ts';
import { t } from '../localise.ts';

const time = (at: number): string => `<${at}>`;

describe('the standing of a peer', () => {
  const all: readonly PeerStanding[] = ['normal', 'trusted', 'ignored', 'banned'];

  it('has words, a meaning and an icon of its own', () => {
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

  it('says until when a ban lasts', () => {
    const until = new Date(2026, 0, 2, 14, 2).getTime();
    assert.match(
      standingText({ standing: 'banned', standingUntil: until }, t, 'en-GB'),
      /^banned until 2 Jan 2026.*14:02$/,
    );
  });
});

describe('why a score is what it is', () => {
  const peer: Judged = {
    successes: 24,
    failures: 1,
    averageResponse: 12.4,
    verifiedPackages: 3,
    lastSeen: 5,
    reputationParts: { success: 0.48, responseTime: 0.25, availability: 0.045, recency: 0.1, proximity: 0 },
  };

  it('is told part by part, with what each can be', () => {
    assert.deepEqual(
      scoreLines(peer, t, time).map(({ label, value }) => `${label}: ${value}`),
      [
        'Answers: 0.48 of 0.50: 24 right, 1 wrong or late',
        'Speed: 0.25 of 0.25: 12 ms on average',
        'Packages that it served: 0.04 of 0.15: content of 3 packages, verified',
        'Seen lately: 0.10 of 0.10: last seen <5>',
        'Nearness: 0.00 of 0.10: no place is known, or it is far',
      ],
    );
  });

  it('says so of a peer that was only just met', () => {
    const { reputationParts } = peer;
    const met: Judged = { successes: 0, failures: 0, verifiedPackages: 0, reputationParts };
    const lines = scoreLines(met, t, time).map(({ value }) => value);
    assert.match(lines[0] ?? '', /not asked yet, which counts in full$/);
    assert.match(lines[1] ?? '', /no answer measured yet$/);
    assert.match(lines[3] ?? '', /not seen yet$/);
  });
});

describe('a task of the upkeep', () => {
  const task: TaskStatus = { name: 'save', title: 'Save', running: false };
  const line = (more: Partial<TaskStatus>): string => taskLine({ ...task, ...more }, t, time);

  it('tells its last run, what came of it, and the next one', () => {
    assert.equal(line({ next: 9 }), 'has not run yet · next at <9>');
    assert.equal(
      line({ lastRun: 1, duration: 20, result: 'ok', detail: '2 bans', next: 9 }),
      'ran at <1> · done (20 ms): 2 bans · next at <9>',
    );
    assert.equal(line({ lastRun: 1, result: 'failed', detail: 'no disk' }), 'ran at <1> · failed: no disk');
    assert.equal(line({ lastRun: 1, running: true, result: 'ok', next: 9 }), 'running now, since <1>');
  });

  it('has an icon for each way in which it can stand', () => {
    const icons = [{ running: true }, {}, { result: 'ok' as const }, { result: 'failed' as const }];
    assert.equal(new Set(icons.map((more) => taskIcon({ ...task, ...more }))).size, 4);
    assert.equal(taskIcon({ ...task, result: 'timed-out' }), taskIcon({ ...task, result: 'failed' }));
  });
});

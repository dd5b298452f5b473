import assert from 'node:assert/strict';
import { PeerReputation } from '../../../../src/worker/reputation/peer-reputation.ts';
import type { StandingStore, PeerStatsStore } from '../../../../src/worker/reputation/peer-reputation.ts';
import type { PeerStats } from '../../../../src/worker/reputation/score.ts';
import { selectPeers } from '../../../../src/worker/reputation/select-peers.ts';
import type { AssignedStanding } from '../../../../src/worker/reputation/standing.ts';
import { TransferTally } from '../../../../src/worker/reputation/transfer-tally.ts';

class MemoryStore implements PeerStatsStore, StandingStore {
  readonly stats = new Map<string, PeerStats>();
  readonly verified = new Map<string, Set<string>>();
  readonly assignedStandings = new Map<string, AssignedStanding>();

  get(peer: string): { stats: PeerStats } | undefined {
    const stats = this.stats.get(peer);
    return stats === undefined ? undefined : { stats: { ...stats, packages: this.verified.get(peer)?.size ?? 0 } };
  }
  saveStats(peer: string, stats: PeerStats): void {
    this.stats.set(peer, stats);
  }
  verifyProvider(peer: string, publisher: string, name: string): void {
    this.verified.set(peer, (this.verified.get(peer) ?? new Set()).add(`${publisher}/${name}`));
  }
  all(): Map<string, AssignedStanding> {
    return new Map(this.assignedStandings);
  }
  set(peer: string, standing: AssignedStanding): void {
    this.assignedStandings.set(peer, standing);
  }
  remove(peer: string): void {
    this.assignedStandings.delete(peer);
  }
}

const MB = 1024 * 1024;

describe('peer reputation', () => {
  let store: MemoryStore;
  let banned: string[];
  let reputation: PeerReputation;
  const create = (): PeerReputation =>
    new PeerReputation({ peers: store, standings: store, onBan: (peer) => banned.push(peer) });
  beforeEach(() => {
    store = new MemoryStore();
    banned = [];
    reputation = create();
  });

  it('rises with verified answers and falls with failures, and shows its components', () => {
    assert.equal(reputation.score('peer').toFixed(6), '0.850000');
    reputation.recordFailure('peer');
    const low = reputation.score('peer');
    assert.ok(low < 0.85);
    reputation.recordSuccess('peer', 20);
    reputation.recordProvidedPackage('peer', 'pub', 'one');
    assert.ok(reputation.score('peer') > low);
    const { success, responseTime, availability, recency, proximity } = reputation.scoreParts('peer');
    assert.equal(success, 0.25);
    assert.equal(availability.toFixed(4), '0.0150');
    assert.equal(
      (success + responseTime + availability + recency + proximity).toFixed(6),
      reputation.score('peer').toFixed(6),
    );
  });

  it('counts distinct packages, however often they are sent', () => {
    for (let index = 0; index < 50; index++) {
      reputation.recordSuccess('peer', 1);
      reputation.recordProvidedPackage('peer', 'pub', 'one');
    }
    assert.equal(reputation.stats('peer').packages, 1);
  });

  it('counts a transfer of any size once for each of its providers', () => {
    const tally = new TransferTally();
    for (let index = 0; index < 1_000; index++) tally.recordBlock('generous', 10, MB);
    tally.recordBlock('mixed', 10, MB);
    tally.recordFailure('mixed', 'timeout');
    tally.recordFailure('mixed', 'timeout');
    tally.recordFailure('silent', 'timeout');
    tally.commit(reputation, { publisher: 'pub', name: 'one' }, 2_000);
    const { successes, failures, throughput, packages, averageResponse } = reputation.stats('generous');
    assert.deepEqual([successes, failures, packages, averageResponse], [1, 0, 1, 10]);
    assert.equal(throughput, 500 * MB);
    assert.deepEqual([reputation.stats('mixed').successes, reputation.stats('mixed').failures], [1, 1]);
    assert.deepEqual([reputation.stats('silent').successes, reputation.stats('silent').failures], [0, 1]);
  });

  it('ignores a failing peer, and queries it again when it improves', () => {
    for (let index = 0; index < 9; index++) reputation.recordFailure('peer');
    assert.equal(reputation.standing('peer').standing, 'ignored');
    assert.match(reputation.standing('peer').reason ?? '', /below 0\.5/);
    assert.deepEqual(banned, [], 'a slow peer is not banned');
    for (let index = 0; index < 9; index++) reputation.recordSuccess('peer', 5);
    assert.deepEqual(reputation.standing('peer'), { standing: 'normal' });
  });

  it('bans a peer that repeatedly sends invalid data, for increasing durations, and can be unbanned', () => {
    const sendInvalidAnswers = (): void => {
      for (let index = 0; index < 5; index++) reputation.recordFailure('malicious', 'invalid');
    };
    sendInvalidAnswers();
    const first = reputation.standing('malicious');
    assert.equal(first.standing, 'banned');
    assert.match(first.reason ?? '', /5 invalid responses/);
    assert.deepEqual(banned, ['malicious']);
    assert.equal(create().isBanned('malicious'), true, 'the ban outlives a restart');
    reputation.clearStanding('malicious');
    assert.equal(reputation.isBanned('malicious'), false);
    sendInvalidAnswers();
    assert.ok((reputation.standing('malicious').until ?? 0) - Date.now() > 2 * ((first.until ?? 0) - Date.now()));
    assert.equal(reputation.expire((reputation.standing('malicious').until ?? 0) + 1), 1);
    assert.equal(reputation.isBanned('malicious'), false);
  });

  it('never bans a trusted peer, and selects it first', () => {
    reputation.trust('friend');
    for (let index = 0; index < 20; index++) reputation.recordFailure('friend', 'invalid');
    assert.equal(reputation.standing('friend').standing, 'trusted');
    reputation.recordSuccess('other', 1);
    const candidates = ['other', 'friend'].map((id) => ({
      id,
      stats: reputation.stats(id),
      trusted: reputation.isTrusted(id),
    }));
    assert.deepEqual(
      selectPeers(candidates, { minScore: 0.5, limit: 2 }).map(({ id }) => id),
      ['friend', 'other'],
    );
  });

  it('a peer with many successes is still banned for invalid data', () => {
    for (let index = 0; index < 10_000; index++) reputation.recordSuccess('malicious', 1);
    for (let index = 0; index < 5; index++) reputation.recordFailure('malicious', 'invalid');
    assert.equal(reputation.isBanned('malicious'), true);
  });

  it('many fake peers do not raise the score of a malicious one, and do not rank before a proven peer', () => {
    for (let index = 0; index < 4; index++) reputation.recordFailure('malicious', 'invalid');
    const before = reputation.score('malicious');
    for (let index = 0; index < 2_000; index++) {
      // Other peers can only affect their own scores.
      reputation.recordSuccess(`fake ${index}`, 1);
      if (index % 2 === 0) reputation.recordFailure(`fake ${index}`);
    }
    assert.equal(reputation.score('malicious'), before);
    reputation.recordFailure('malicious', 'invalid');
    assert.equal(reputation.isBanned('malicious'), true, 'the flood of peers did not displace its misbehavior');
    reputation.recordSuccess('honest', 40);
    reputation.recordProvidedPackage('honest', 'pub', 'one');
    const all = ['honest', ...Array.from({ length: 2_000 }, (_, index) => `fake ${index}`)];
    const chosen = selectPeers(
      all.map((id) => ({ id, stats: reputation.stats(id) })),
      { minScore: 0.5, limit: 3 },
    );
    assert.equal(chosen[0]?.id, 'honest');
  });
});

import assert from 'node:assert/strict';
import { Conduct } from '../../../../src/worker/reputation/conduct.ts';
import type { StandingStore, StatsStore } from '../../../../src/worker/reputation/conduct.ts';
import type { PeerStats } from '../../../../src/worker/reputation/score.ts';
import { selectPeers } from '../../../../src/worker/reputation/select.ts';
import type { GivenStanding } from '../../../../src/worker/reputation/standing.ts';
import { TransferTally } from '../../../../src/worker/reputation/transfer-tally.ts';

class MemoryStore implements StatsStore, StandingStore {
  readonly stats = new Map<string, PeerStats>();
  readonly verified = new Map<string, Set<string>>();
  readonly given = new Map<string, GivenStanding>();

  get(peer: string): { stats: PeerStats } | undefined {
    const stats = this.stats.get(peer);
    return stats === undefined ? undefined : { stats: { ...stats, packages: this.verified.get(peer)?.size ?? 0 } };
  }
  saveStats(peer: string, stats: PeerStats): void {
    this.stats.set(peer, stats);
  }
  verifyHolder(peer: string, publisher: string, name: string): void {
    this.verified.set(peer, (this.verified.get(peer) ?? new Set()).add(`${publisher}/${name}`));
  }
  all(): Map<string, GivenStanding> {
    return new Map(this.given);
  }
  set(peer: string, standing: GivenStanding): void {
    this.given.set(peer, standing);
  }
  remove(peer: string): void {
    this.given.delete(peer);
  }
}

const MB = 1024 * 1024;

describe('conduct', () => {
  let store: MemoryStore;
  let banned: string[];
  let conduct: Conduct;
  const create = (): Conduct => new Conduct({ peers: store, standings: store, onBan: (peer) => banned.push(peer) });
  beforeEach(() => {
    store = new MemoryStore();
    banned = [];
    conduct = create();
  });

  it('rises with verified answers and falls with failures, and says why', () => {
    assert.equal(conduct.score('peer').toFixed(6), '0.850000');
    conduct.failure('peer');
    const low = conduct.score('peer');
    assert.ok(low < 0.85);
    conduct.success('peer', 20);
    conduct.served('peer', 'pub', 'one');
    assert.ok(conduct.score('peer') > low);
    const { success, responseTime, availability, recency, proximity } = conduct.parts('peer');
    assert.equal(success, 0.25);
    assert.equal(availability.toFixed(4), '0.0150');
    assert.equal(
      (success + responseTime + availability + recency + proximity).toFixed(6),
      conduct.score('peer').toFixed(6),
    );
  });

  it('counts distinct packages, however often they are sent', () => {
    for (let index = 0; index < 50; index++) {
      conduct.success('peer', 1);
      conduct.served('peer', 'pub', 'one');
    }
    assert.equal(conduct.stats('peer').packages, 1);
  });

  it('counts a transfer once for each peer in it, whatever its size', () => {
    const tally = new TransferTally();
    for (let index = 0; index < 1_000; index++) tally.block('generous', 10, MB);
    tally.block('mixed', 10, MB);
    tally.failure('mixed', 'late');
    tally.failure('mixed', 'late');
    tally.failure('silent', 'late');
    tally.settle(conduct, { publisher: 'pub', name: 'one' }, 2_000);
    const { successes, failures, throughput, packages, averageResponse } = conduct.stats('generous');
    assert.deepEqual([successes, failures, packages, averageResponse], [1, 0, 1, 10]);
    assert.equal(throughput, 500 * MB);
    assert.deepEqual([conduct.stats('mixed').successes, conduct.stats('mixed').failures], [1, 1]);
    assert.deepEqual([conduct.stats('silent').successes, conduct.stats('silent').failures], [0, 1]);
  });

  it('ignores who fails, and asks again who does better', () => {
    for (let index = 0; index < 9; index++) conduct.failure('peer');
    assert.equal(conduct.standing('peer').standing, 'ignored');
    assert.match(conduct.standing('peer').reason ?? '', /below 0\.5/);
    assert.deepEqual(banned, [], 'a slow peer is not banned');
    for (let index = 0; index < 9; index++) conduct.success('peer', 5);
    assert.deepEqual(conduct.standing('peer'), { standing: 'normal' });
  });

  it('bans who lies again and again, for a time, longer each time, and lets it be lifted', () => {
    const lie = (): void => {
      for (let index = 0; index < 5; index++) conduct.failure('liar', 'lie');
    };
    lie();
    const first = conduct.standing('liar');
    assert.equal(first.standing, 'banned');
    assert.match(first.reason ?? '', /5 answers/);
    assert.deepEqual(banned, ['liar']);
    assert.equal(create().isBanned('liar'), true, 'it is remembered');
    conduct.pardon('liar');
    assert.equal(conduct.isBanned('liar'), false);
    lie();
    assert.ok((conduct.standing('liar').until ?? 0) - Date.now() > 2 * ((first.until ?? 0) - Date.now()));
    assert.equal(conduct.expire((conduct.standing('liar').until ?? 0) + 1), 1);
    assert.equal(conduct.isBanned('liar'), false);
  });

  it('never bans whom the user trusts, and asks them first', () => {
    conduct.trust('friend');
    for (let index = 0; index < 20; index++) conduct.failure('friend', 'lie');
    assert.equal(conduct.standing('friend').standing, 'trusted');
    conduct.success('other', 1);
    const candidates = ['other', 'friend'].map((id) => ({
      id,
      stats: conduct.stats(id),
      trusted: conduct.isTrusted(id),
    }));
    assert.deepEqual(
      selectPeers(candidates, { minimum: 0.5, limit: 2 }).map(({ id }) => id),
      ['friend', 'other'],
    );
  });

  it('a liar who gathers successes is banned for its lies all the same', () => {
    for (let index = 0; index < 10_000; index++) conduct.success('liar', 1);
    for (let index = 0; index < 5; index++) conduct.failure('liar', 'lie');
    assert.equal(conduct.isBanned('liar'), true);
  });

  it('a flood of fake peers lifts no liar, and does not come before who proved itself', () => {
    for (let index = 0; index < 4; index++) conduct.failure('liar', 'lie');
    const before = conduct.score('liar');
    for (let index = 0; index < 2_000; index++) {
      // All that others can do about a peer: come, and do well or badly themselves.
      conduct.success(`fake ${index}`, 1);
      if (index % 2 === 0) conduct.failure(`fake ${index}`);
    }
    assert.equal(conduct.score('liar'), before);
    conduct.failure('liar', 'lie');
    assert.equal(conduct.isBanned('liar'), true, 'the flood did not make its lies forgotten');
    conduct.success('honest', 40);
    conduct.served('honest', 'pub', 'one');
    const all = ['honest', ...Array.from({ length: 2_000 }, (_, index) => `fake ${index}`)];
    const chosen = selectPeers(
      all.map((id) => ({ id, stats: conduct.stats(id) })),
      { minimum: 0.5, limit: 3 },
    );
    assert.equal(chosen[0]?.id, 'honest');
  });
});

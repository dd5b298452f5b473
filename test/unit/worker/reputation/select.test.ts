import assert from 'node:assert/strict';
import type { PeerStats } from '../../../../src/worker/reputation/score.ts';
import { selectPeers } from '../../../../src/worker/reputation/select-peers.ts';

const NOW = 1_793_491_200_000;

function peer(id: string, stats: Partial<PeerStats>): { readonly id: string; readonly stats: PeerStats } {
  return { id, stats: { successes: 1, failures: 0, packages: 0, lastSeen: NOW, ...stats } };
}

function selected(
  candidates: readonly { readonly id: string; readonly stats: PeerStats }[],
  minScore = 0.5,
  limit = 10,
): string {
  return selectPeers(candidates, { minScore, limit, now: NOW })
    .map(({ id }) => id)
    .join(' ');
}

describe('peer selection', () => {
  it('selects the best first, drops those below the minimum, and stops at the limit', () => {
    const peers = [
      peer('malicious', { successes: 0, failures: 10 }),
      peer('fair', { successes: 5, failures: 5 }),
      peer('good', { packages: 10 }),
      peer('new', { successes: 0 }),
    ];
    assert.equal(selected(peers), 'good new fair');
    assert.equal(selected(peers, 0), 'good new fair malicious');
    assert.equal(selected(peers, 0.5, 2), 'good new');
    assert.equal(selected(peers, 0.5, 0), '');
    assert.equal(selected([]), '');
  });

  it('includes a peer exactly at the minimum', () => {
    assert.equal(selected([peer('malicious', { successes: 0, failures: 10 })], 0.35), 'malicious');
  });

  it('breaks ties by measured response time, unmeasured peers last', () => {
    const peers = [
      peer('unknown', {}),
      peer('slow', { averageResponse: 900 }),
      peer('fast', { averageResponse: 2 }),
      peer('middling', { averageResponse: 40 }),
    ];
    assert.equal(selected(peers), 'fast middling slow unknown');
  });

  it('then by throughput, unmeasured peers last, then by input order', () => {
    const peers = [
      peer('a', { averageResponse: 5 }),
      peer('b', { averageResponse: 5 }),
      peer('thin', { averageResponse: 5, throughput: 10 }),
      peer('broad', { averageResponse: 5, throughput: 1000 }),
    ];
    assert.equal(selected(peers), 'broad thin a b');
    assert.equal(selected([peer('x', {}), peer('thin', { throughput: 1 }), peer('y', {})]), 'thin x y');
  });

  it('prefers a nearby peer when locations are known', () => {
    const ownLocation = { latitude: 52.5, longitude: 13.4 };
    const peers = [peer('far', { averageResponse: 1 }), peer('near', { averageResponse: 9, location: ownLocation })];
    const near = selectPeers(peers, { minScore: 0.5, limit: 1, now: NOW, ownLocation });
    assert.deepEqual(near, [peers[1]]);
  });
});

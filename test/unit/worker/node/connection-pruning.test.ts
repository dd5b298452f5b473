import assert from 'node:assert/strict';
import { selectConnectionsToPrune } from '../../../../src/worker/node/connection-pruning.ts';
import type { PruneCandidate } from '../../../../src/worker/node/connection-pruning.ts';

const NOW = 1_793_491_200_000;
const LIMITS = { highWater: 4, lowWater: 2, gracePeriodMs: 20_000 };

function peer(id: string, age: number, marks: Partial<PruneCandidate> = {}): PruneCandidate & { readonly id: string } {
  return { id, connectedAt: NOW - age, isBusy: false, isProtected: false, ...marks };
}

function prunedIds(peers: readonly (PruneCandidate & { readonly id: string })[]): string {
  return selectConnectionsToPrune(peers, LIMITS, NOW)
    .map(({ id }) => id)
    .join(' ');
}

describe('connection pruning', () => {
  const four = [peer('a', 400_000), peer('b', 300_000), peer('c', 200_000), peer('d', 100_000)];

  it('prunes no peer up to the limit', () => {
    assert.equal(prunedIds(four), '');
  });

  it('above the limit prunes the most recently connected peers, down to the target', () => {
    assert.equal(prunedIds([peer('e', 50_000), ...four]), 'e d c');
  });

  it('keeps protected or busy peers, and prunes others instead', () => {
    assert.equal(
      prunedIds([peer('e', 50_000, { isProtected: true }), peer('f', 40_000, { isBusy: true }), ...four]),
      'd c b a',
    );
  });

  it('gives a new peer a grace period', () => {
    assert.equal(prunedIds([...four, peer('e', 19_999)]), 'd c b');
    assert.equal(prunedIds([...four, peer('e', 20_000)]), 'e d c');
  });

  it('prunes no peer when all are protected', () => {
    assert.equal(prunedIds(['a', 'b', 'c', 'd', 'e'].map((id) => peer(id, 60_000, { isProtected: true }))), '');
  });
});

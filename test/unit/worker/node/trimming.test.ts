import assert from 'node:assert/strict';
import { superfluous } from '../../../../src/worker/node/trimming.ts';
import type { Candidate } from '../../../../src/worker/node/trimming.ts';

const NOW = 1_793_491_200_000;
const LIMITS = { most: 4, kept: 2, grace: 20_000 };

function peer(id: string, age: number, marks: Partial<Candidate> = {}): Candidate & { readonly id: string } {
  return { id, since: NOW - age, busy: false, valued: false, ...marks };
}

function letGo(peers: readonly (Candidate & { readonly id: string })[]): string {
  return superfluous(peers, LIMITS, NOW)
    .map(({ id }) => id)
    .join(' ');
}

describe('letting go of peers when there are too many', () => {
  const four = [peer('a', 400_000), peer('b', 300_000), peer('c', 200_000), peer('d', 100_000)];

  it('lets go of nobody up to the limit', () => {
    assert.equal(letGo(four), '');
  });

  it('above it lets go of those who came last, down to what is to be kept', () => {
    assert.equal(letGo([peer('e', 50_000), ...four]), 'e d c');
  });

  it('keeps who is valued or busy, and takes others in their place', () => {
    assert.equal(letGo([peer('e', 50_000, { valued: true }), peer('f', 40_000, { busy: true }), ...four]), 'd c b a');
  });

  it('gives a newcomer time to learn of others', () => {
    assert.equal(letGo([...four, peer('e', 19_999)]), 'd c b');
    assert.equal(letGo([...four, peer('e', 20_000)]), 'e d c');
  });

  it('lets go of nobody when all are valued', () => {
    assert.equal(letGo(['a', 'b', 'c', 'd', 'e'].map((id) => peer(id, 60_000, { valued: true }))), '');
  });
});

import assert from 'node:assert/strict';
import { compareAge, compareRecords } from '../../../../src/worker/records/compare.ts';
import type { RecordComparison } from '../../../../src/worker/records/compare.ts';
import { openRecord } from '../../../../src/worker/records/record.ts';
import type { OpenedRecord } from '../../../../src/worker/records/record.ts';
import { Link } from '../../../fixtures/records/cbor.ts';
import { NOW, cid, release, signed } from '../../../fixtures/records/parts.ts';

const NOTHING_SEEN: ReadonlyMap<string, string> = new Map();

/** A record with these versions. The content of a version is named after it, or after the text behind `=`. */
function record(seq: number, versions: string, updated = NOW - 1000 + seq): OpenedRecord {
  const releases = versions.split(' ').map((entry) => {
    const [version, content] = entry.split('=');
    return release({ version, root: new Link(cid(content ?? version!)) });
  });
  return openRecord(signed({ seq, updated, releases }), { now: NOW });
}

function rootOf(opened: OpenedRecord): string {
  return opened.record.releases[0]!.root;
}

function outcome(known: OpenedRecord | undefined, next: OpenedRecord, seen = NOTHING_SEEN): RecordComparison {
  return compareRecords(known, next, seen);
}

describe('comparing package records', () => {
  const first = record(1, '1.0.0');
  const second = record(2, '1.0.0 1.1.0');

  it('same bytes are the same', () => {
    assert.deepEqual(outcome(first, record(1, '1.0.0')), { outcome: 'same' });
  });

  it('a first record is newer than none', () => {
    assert.deepEqual(outcome(undefined, first), { outcome: 'newer' });
  });

  it('a higher sequence number is newer for any clock', () => {
    assert.deepEqual(outcome(first, second), { outcome: 'newer' });
    assert.deepEqual(outcome(first, record(2, '1.0.0 1.1.0', 5)), { outcome: 'newer' });
  });

  it('a rolled back record is older', () => {
    assert.deepEqual(outcome(second, first), { outcome: 'older' });
  });

  it('an older record is older with any versions', () => {
    assert.deepEqual(outcome(record(3, '1.0.0 1.2.0'), second), { outcome: 'older' });
  });

  it('a newer record that drops a version is rejected', () => {
    const next = record(3, '1.0.0');
    assert.deepEqual(outcome(second, next), { outcome: 'release-removed', versions: ['1.1.0'] });
  });

  it('a version lost in a fork does not invalidate later records', () => {
    const seen = new Map([['0.9.0', rootOf(record(1, '0.9.0'))]]);
    assert.deepEqual(outcome(first, second, seen), { outcome: 'newer' });
  });

  it('another package cannot be compared', () => {
    const other = openRecord(signed({ name: 'other' }), { now: NOW });
    assert.throws(() => outcome(first, other), { name: 'InvalidRequest' });
  });
});

describe('equivocation', () => {
  const seen = new Map([['1.0.0', rootOf(record(1, '1.0.0'))]]);
  const found = { outcome: 'equivocation', versions: ['1.0.0'] };

  it('is detected against the known record', () => {
    assert.deepEqual(outcome(record(1, '1.0.0'), record(2, '1.0.0=other 1.1.0')), found);
  });

  it('is detected against content roots seen before, without a known record', () => {
    assert.deepEqual(outcome(undefined, record(2, '1.0.0=other'), seen), found);
  });

  it('is detected in an older record, and in one with the same sequence number', () => {
    assert.deepEqual(outcome(record(3, '1.0.0 1.1.0'), record(2, '1.0.0=other'), seen), found);
    assert.deepEqual(outcome(record(1, '1.0.0'), record(1, '1.0.0=other'), seen), found);
  });

  it('the content root seen first counts, even where the known record has another one', () => {
    assert.deepEqual(outcome(record(1, '1.0.0=other'), record(2, '1.0.0=other', NOW), seen), found);
  });

  it('is not reported for a yanked version', () => {
    const yanked = openRecord(signed({ seq: 2, releases: [release({ root: new Link(cid('1.0.0')), yanked: true })] }), {
      now: NOW,
    });
    assert.deepEqual(outcome(record(1, '1.0.0'), yanked, seen), { outcome: 'newer' });
  });
});

describe('forks', () => {
  it('the later clock wins, on both sides', () => {
    const early = record(2, '1.0.0 1.1.0', NOW - 2);
    const later = record(2, '1.0.0 1.2.0', NOW - 1);
    assert.deepEqual(outcome(early, later), { outcome: 'fork', winner: 'next' });
    assert.deepEqual(outcome(later, early), { outcome: 'fork', winner: 'known' });
  });

  it('with equal clocks the larger digest wins, on both sides', () => {
    const [low, high] = [record(2, '1.0.0 1.1.0', NOW), record(2, '1.0.0 1.2.0', NOW)].sort((a, b) =>
      a.digest < b.digest ? -1 : 1,
    );
    assert.deepEqual(outcome(low, high!), { outcome: 'fork', winner: 'next' });
    assert.deepEqual(outcome(high, low!), { outcome: 'fork', winner: 'known' });
  });

  it('peers that get the same records in any order keep the same one', () => {
    const records = [
      record(1, '1.0.0'),
      record(2, '1.0.0 1.1.0', 7),
      record(2, '1.0.0 1.2.0', 9),
      record(2, '1.0.0 2.0.0', 9),
    ];
    const best = [...records].sort(compareAge).at(-1)!;
    for (const order of permutations(records)) {
      const kept = order.reduce((head, next) => {
        const result = outcome(head, next);
        const wins = result.outcome === 'newer' || (result.outcome === 'fork' && result.winner === 'next');
        return wins ? next : head;
      });
      assert.equal(kept.digest, best.digest);
    }
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

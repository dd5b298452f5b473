import assert from 'node:assert/strict';
import { mergeRecords, nextRecord } from '../../../../src/worker/records/next-record.ts';
import type { AddRelease } from '../../../../src/worker/records/next-record.ts';
import { assertNoFutureTimes } from '../../../../src/worker/records/record-times.ts';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import type { PackageRecord } from '../../../../src/worker/records/record.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });
const [released] = base.releases;

function add(version: string, root = released!.root): AddRelease {
  const { size, files, kind, dependencies } = released!;
  const { publisher, name, metadata } = base;
  return { kind: 'release', publisher, name, metadata, release: { version, root, size, files, kind, dependencies } };
}

function publish(versions: readonly string[], now = NOW): PackageRecord {
  const [first, ...rest] = versions;
  return rest.reduce(
    (record, version) => nextRecord(record, add(version), now),
    nextRecord(undefined, add(first!), now),
  );
}

describe('the next record of a package', () => {
  it('begins with sequence 1', () => {
    const record = nextRecord(undefined, add('1.0.0'), NOW);
    assert.equal(record.seq, 1);
    assert.equal(record.updated, NOW);
    assert.deepEqual(
      record.releases.map(({ version, published, yanked }) => ({ version, published, yanked })),
      [{ version: '1.0.0', published: NOW, yanked: false }],
    );
    assert.ok(encodePayload(record).length > 0);
  });

  it('adds a release, keeps the others, and takes the new metadata', () => {
    const metadata = { ...base.metadata, title: 'Renamed' };
    const record = nextRecord(base, { ...add('1.1.0'), metadata }, NOW);
    assert.equal(record.seq, 2);
    assert.equal(record.metadata.title, 'Renamed');
    assert.deepEqual(record.releases[0], released);
    assert.equal(record.releases[1]?.version, '1.1.0');
  });

  it('increases the timestamp even when the clock lies behind', () => {
    const record = nextRecord(base, add('1.1.0'), base.updated - 5000);
    assert.equal(record.updated, base.updated + 1);
    assert.equal(record.releases[1]?.published, base.updated + 1);
  });

  it('replaces the times of a clock that was ahead by the present, so that peers accept it', () => {
    const dayMs = 24 * 60 * 60 * 1000;
    const future = nextRecord(base, add('1.1.0'), NOW + dayMs);
    for (const next of [
      nextRecord(future, add('1.2.0'), NOW),
      nextRecord(future, { kind: 'yank', version: '1.1.0', yanked: true }, NOW),
    ]) {
      assert.equal(next.seq, future.seq + 1);
      assert.equal(next.updated, NOW);
      assert.ok(next.releases.every(({ published }) => published <= NOW));
      assertNoFutureTimes(next, NOW);
    }
    assert.throws(
      () => {
        assertNoFutureTimes(future, NOW);
      },
      { name: 'RecordInvalid' },
    );
  });

  it('refuses a version that was published before, yanked or not', () => {
    const record = publish(['1.0.0', '2.0.0-beta.1', '26.8.18+dfcm.9']);
    const yanked = nextRecord(record, { kind: 'yank', version: '1.0.0', yanked: true }, NOW);
    for (const version of ['1.0.0', '2.0.0-beta.1', '26.8.18+dfcm.9']) {
      for (const before of [record, yanked])
        assert.throws(() => nextRecord(before, add(version), NOW), { name: 'VersionExists' }, version);
    }
  });

  for (const [published, version, order] of [
    [['1.0.0', '2.0.0'], '1.0.1', ['1.0.0', '1.0.1', '2.0.0']],
    [['2.0.0', '3.0.0-beta.1'], '2.0.1', ['2.0.0', '2.0.1', '3.0.0-beta.1']],
    [['1.0.0', '2.0.0-beta.1'], '2.0.0-alpha', ['1.0.0', '2.0.0-alpha', '2.0.0-beta.1']],
    [['1.0.0'], '0.9.0', ['0.9.0', '1.0.0']],
    [['26.8.18+dfcm.9'], '26.8.18+dfcm.8', ['26.8.18+dfcm.8', '26.8.18+dfcm.9']],
    [['26.8.18+dfcm.9'], '26.8.18', ['26.8.18', '26.8.18+dfcm.9']],
    [['26.8.18+dfcm.9'], '26.8.18+dfcm.10', ['26.8.18+dfcm.9', '26.8.18+dfcm.10']],
  ] as const) {
    it(`takes ${version} after ${published.join(' and ')}, in the order of versions`, () => {
      const record = nextRecord(publish(published), add(version), NOW);
      assert.deepEqual(
        record.releases.map((release) => release.version),
        order,
      );
      assert.ok(encodePayload(record).length > 0, 'other peers accept it');
    });
  }

  it('keeps the metadata of the latest release when a maintenance release or a pre-release follows', () => {
    const described = (record: PackageRecord, version: string): PackageRecord =>
      nextRecord(record, { ...add(version), metadata: { ...base.metadata, title: `As of ${version}` } }, NOW);
    const latest = described(publish(['1.0.0']), '2.0.0');
    assert.equal(latest.metadata.title, 'As of 2.0.0');
    for (const version of ['1.0.1', '3.0.0-beta.1'])
      assert.equal(described(latest, version).metadata.title, 'As of 2.0.0', version);
    assert.equal(described(latest, '2.0.1').metadata.title, 'As of 2.0.1');
  });

  it('yanks, and un-yanks', () => {
    const yanked = nextRecord(base, { kind: 'yank', version: '1.0.0', yanked: true }, NOW);
    assert.deepEqual(yanked.releases, [{ ...released, yanked: true }]);
    const back = nextRecord(yanked, { kind: 'yank', version: '1.0.0', yanked: false }, NOW);
    assert.deepEqual(back.releases, base.releases);
    assert.equal(back.seq, 3);
  });

  it('does not yank a missing version', () => {
    const change = { kind: 'yank', version: '3.0.0', yanked: true } as const;
    assert.throws(() => nextRecord(base, change, NOW), { name: 'VersionNotFound' });
    assert.throws(() => nextRecord(undefined, change, NOW), { name: 'PackageNotFound' });
  });

  it('keeps publisher and name of the package', () => {
    assert.throws(() => nextRecord(base, { ...add('1.1.0'), name: 'other' }, NOW), { name: 'InvalidRequest' });
  });

  it('does not mutate the previous record', () => {
    const before = structuredClone(base);
    nextRecord(base, add('1.1.0'), NOW);
    nextRecord(base, { kind: 'yank', version: '1.0.0', yanked: true }, NOW);
    assert.deepEqual(base, before);
  });
});

describe('merging forked records', () => {
  const common = publish(['1.0.0'], NOW);
  const localRecord = nextRecord(common, add('1.2.0'), NOW + 10);
  const remoteRecord = nextRecord(
    nextRecord(common, add('1.1.0'), NOW + 20),
    { kind: 'yank', version: '1.0.0', yanked: true },
    NOW + 30,
  );

  it('keeps every release of both, sorted, yanked if either yanked it', () => {
    for (const merged of [
      mergeRecords(localRecord, remoteRecord, NOW + 40),
      mergeRecords(remoteRecord, localRecord, NOW + 40),
    ]) {
      assert.deepEqual(
        merged.releases.map(({ version, yanked }) => ({ version, yanked })),
        [
          { version: '1.0.0', yanked: true },
          { version: '1.1.0', yanked: false },
          { version: '1.2.0', yanked: false },
        ],
      );
      assert.equal(merged.seq, 4);
      assert.equal(merged.updated, NOW + 40);
      assert.ok(encodePayload(merged).length > 0);
    }
  });

  it('refuses one version with two contents', () => {
    const other = nextRecord(common, add('1.2.0', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'), NOW);
    assert.throws(() => mergeRecords(localRecord, other, NOW), { name: 'RecordInvalid' });
  });

  it('refuses two packages', () => {
    assert.throws(() => mergeRecords(localRecord, { ...remoteRecord, name: 'other' }, NOW), { name: 'InvalidRequest' });
  });
});
